// A kernel handle as a number, so that code that handles them is compiled, and tested against a
// fake, on every system.
#ifndef RINGFENCE_WIN_API_HANDLE_H_
#define RINGFENCE_WIN_API_HANDLE_H_

#include <cstdint>

namespace ringfence::win {

// Never 0 or INVALID_HANDLE_VALUE but for kNone: the table of calls maps both to it. Its
// significant bits are the low 32 ("Interprocess Communication Between 32-bit and 64-bit
// Applications" on learn.microsoft.com).
enum class Handle : uintptr_t { kNone = 0 };

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_HANDLE_H_
