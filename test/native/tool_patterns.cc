#include "tool_patterns.h"

#include "tree_path.h"

namespace ringfence::win {

using Kind = FileOperation::Kind;

// Twice, so that there is something to replace.
std::vector<FileOperation> AtomicReplace(const std::string& path) {
  return {{Kind::kCreateFile, path},
          {Kind::kOverwrite, path},
          {Kind::kCreateFile, path + ".new"},
          {Kind::kOverwrite, path + ".new"},
          {Kind::kReplace, path + ".new", path},
          {Kind::kRead, path}};
}

std::vector<FileOperation> TemporaryDirectory(const std::string& path) {
  const std::string inner = Join(path, "inner");
  return {{Kind::kCreateDirectory, path},       {Kind::kCreateFile, Join(path, "file")},
          {Kind::kCreateDirectory, inner},      {Kind::kCreateFile, Join(inner, "file")},
          {Kind::kAppend, Join(inner, "file")}, {Kind::kSetAttributes, Join(path, "file")},
          {Kind::kRemove, Join(inner, "file")}, {Kind::kRemove, inner},
          {Kind::kRemove, Join(path, "file")},  {Kind::kRemove, path}};
}

std::vector<FileOperation> PyCompile(const std::string& path) {
  const std::string code = Join(path, "module.pyc");
  return {{Kind::kCreateDirectory, path},     {Kind::kCreateFile, code + ".1"},
          {Kind::kRename, code + ".1", code}, {Kind::kCreateFile, code + ".2"},
          {Kind::kAppend, code + ".2"},       {Kind::kReplace, code + ".2", code}};
}

std::vector<FileOperation> SqliteJournal(const std::string& path) {
  const std::string journal = path + "-journal";
  return {{Kind::kCreateFile, path},   {Kind::kCreateFile, journal}, {Kind::kAppend, journal},
          {Kind::kOverwrite, path},    {Kind::kRemove, journal},     {Kind::kCreateFile, journal},
          {Kind::kOverwrite, journal}, {Kind::kRemove, journal}};
}

std::vector<FileOperation> PackageInstall(const std::string& path) {
  const std::string partial = path + ".partial";
  return {{Kind::kCreateDirectory, partial},
          {Kind::kCreateFile, Join(partial, "index.js")},
          {Kind::kOverwrite, Join(partial, "index.js")},
          {Kind::kRename, partial, path},
          {Kind::kLink, Join(path, "index.js"), Join(path, "link.js")},
          {Kind::kOverwrite, Join(path, "index.js")}};
}

}  // namespace ringfence::win
