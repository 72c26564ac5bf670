// Descriptors of the C runtime that the host program uses.
#ifndef RINGFENCE_WIN_API_WINDOWS_DESCRIPTOR_H_
#define RINGFENCE_WIN_API_WINDOWS_DESCRIPTOR_H_

#include "win/api/handle.h"
#include "win/api/os_error.h"

namespace ringfence::win {

// uv_get_osfhandle, which hosts of Node-API export: a descriptor means something in their C runtime
// only. ERROR_INVALID_HANDLE when it is not open. The handle stays the descriptor's.
OsError HandleOfDescriptor(int descriptor, Handle* handle);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_WINDOWS_DESCRIPTOR_H_
