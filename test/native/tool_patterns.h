// What common tools do to the files of a directory, step by step.
#ifndef RINGFENCE_TEST_NATIVE_TOOL_PATTERNS_H_
#define RINGFENCE_TEST_NATIVE_TOOL_PATTERNS_H_

#include <string>
#include <vector>

#include "file_operation.h"

namespace ringfence::win {

struct ToolPattern {
  const char* name;
  // `path` is a name that is free, in a directory that exists; nothing of the work is elsewhere
  // than there and beside it.
  std::vector<FileOperation> (*work)(const std::string& path);
};

std::vector<FileOperation> AtomicReplace(const std::string& path);
std::vector<FileOperation> TemporaryDirectory(const std::string& path);
std::vector<FileOperation> PyCompile(const std::string& path);
std::vector<FileOperation> SqliteJournal(const std::string& path);
std::vector<FileOperation> PackageInstall(const std::string& path);

constexpr ToolPattern kToolPatterns[] = {
    {"atomic replace of a file", AtomicReplace},
    {"a temporary directory of Python", TemporaryDirectory},
    {"py_compile", PyCompile},
    {"a transaction of sqlite", SqliteJournal},
    {"a package that is unpacked and renamed", PackageInstall},
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_TOOL_PATTERNS_H_
