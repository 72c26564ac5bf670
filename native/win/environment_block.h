// The environment of a process as CreateProcessW takes it with CREATE_UNICODE_ENVIRONMENT.
//
// References: "CreateProcessW function", "Environment Variables", "Changing Environment Variables"
// on learn.microsoft.com.
#ifndef RINGFENCE_WIN_ENVIRONMENT_BLOCK_H_
#define RINGFENCE_WIN_ENVIRONMENT_BLOCK_H_

#include <cstddef>
#include <string>
#include <vector>

namespace ringfence::win {

// Name, equals sign, value and terminating NUL, in UTF-16 units. The block as a whole has no limit.
constexpr size_t kMostVariableUnits = 32767;

struct EnvironmentVariable {
  std::u16string name;
  std::u16string value;
};

enum class EnvironmentBlockError {
  kNone,
  kEmptyName,
  kEqualsInName,  // but as first unit of a longer name: cmd.exe keeps the directory of drive C as
                  // "=C:"
  kNul,           // in a name or a value: the next variable would start there
  kDuplicate,     // two names that differ by nothing but case
  kTooLong,       // one variable
};

// Variables sorted by name, each ended by NUL, and a NUL behind the last; two NULs when there is
// none.
//
// Names are compared by UTF-16 unit, ASCII letters in upper case. Windows folds other letters as
// well: two names that differ only by their case are told apart here, and of those the program sees
// the first. Duplicates are refused because to choose one is policy, which is the caller's. `block`
// is changed only when the answer is kNone.
[[nodiscard]] EnvironmentBlockError EncodeEnvironmentBlock(
    std::vector<EnvironmentVariable> variables, std::u16string* block);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ENVIRONMENT_BLOCK_H_
