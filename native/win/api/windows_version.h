// Which Windows this is.
#ifndef RINGFENCE_WIN_API_WINDOWS_VERSION_H_
#define RINGFENCE_WIN_API_WINDOWS_VERSION_H_

#include <cstdint>

namespace ringfence::win {

// 17763 for Windows 10 1809, whatever the host program's manifest says. 0: it could not be asked.
uint32_t WindowsBuild();

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_WINDOWS_VERSION_H_
