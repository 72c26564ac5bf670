// The single string that a Windows process gets in place of an argument vector. Programs split it
// again themselves; this writes what CommandLineToArgvW and the argument parser of the Microsoft C
// runtime (before and since 2008) both read back as the vector that was given.
//
// References: "CommandLineToArgvW function", "Parsing C command-line arguments", "CreateProcessW
// function" on learn.microsoft.com.
#ifndef RINGFENCE_WIN_COMMAND_LINE_H_
#define RINGFENCE_WIN_COMMAND_LINE_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ringfence::win {

// Of CreateProcessW, in UTF-16 units, the terminating NUL among them.
constexpr size_t kMostCommandLineUnits = 32767;

enum class CommandLineError {
  kNone,
  kNoProgram,       // no application, or the vector is empty
  kNul,             // the process would see the line end there
  kQuoteInProgram,  // argv[0] has a quotation mark, which nothing can escape in that place
  kBatchFile,       // see IsBatchFile()
  kTooLong,
};

// Whether Windows would hand `application` to cmd.exe: its name ends with .bat or .cmd in any case,
// also with dots and spaces behind it, which Windows drops, and with a stream behind it.
//
// Such files are refused, not quoted (CVE-2024-24576, "BatBadBut"). cmd.exe reads the line by its
// own rules before the batch file's parameters are split, there is no escape for % between
// quotation marks, and what a batch file does with %1 is a second parse. A caller who wants one
// runs cmd.exe and answers for the line.
bool IsBatchFile(std::u16string_view application);

// `application` is the path of the program as CreateProcessW gets it; argv[0] may be another name.
// Arguments are quoted only where they must be. Units that are no characters (lone surrogates)
// stay. `line` is changed only when the answer is kNone; it has no terminating NUL.
[[nodiscard]] CommandLineError EncodeCommandLine(std::u16string_view application,
                                                 std::span<const std::u16string> argv,
                                                 std::u16string* line);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_COMMAND_LINE_H_
