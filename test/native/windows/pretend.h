// A Windows that only pretends to restrict: tokens that say that they do, and the security of files
// in memory. Everything else is real, so that the whole product runs where Windows is imitated
// (Wine), but for what makes it a fence. Never packaged.
#ifndef RINGFENCE_TEST_NATIVE_WINDOWS_PRETEND_H_
#define RINGFENCE_TEST_NATIVE_WINDOWS_PRETEND_H_

#include <atomic>
#include <cstdint>

#include "win/api/win32_api.h"

namespace ringfence::win {

// Closing a token forgets what it pretended.
HandleApi& PretendHandle();
// Restrict() gives an unrestricted copy, of which Query() and CheckAccess() say otherwise.
TokenApi& PretendToken();
// Files are real, their DACLs are not.
FileApi& PretendFile();

// What was written of DACLs, since the start of the process.
inline std::atomic<uint32_t> pretended_dacl_writes = 0;

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WINDOWS_PRETEND_H_
