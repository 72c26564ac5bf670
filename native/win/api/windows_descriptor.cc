#include "win/api/windows_descriptor.h"

#include <windows.h>

#include <bit>
#include <cstdint>

namespace ringfence::win {

OsError HandleOfDescriptor(int descriptor, Handle* handle) {
  using GetHandle = HANDLE (*)(int);
  const FARPROC function = GetProcAddress(GetModuleHandleW(nullptr), "uv_get_osfhandle");
  if (function == nullptr) return Win32Error(GetLastError());
  const HANDLE found = std::bit_cast<GetHandle>(function)(descriptor);
  // -2 of _get_osfhandle: a standard stream that is connected to nothing.
  const auto value = reinterpret_cast<intptr_t>(found);
  if (value <= 0) return Win32Error(ERROR_INVALID_HANDLE);
  *handle = static_cast<Handle>(value);
  return kNoOsError;
}

}  // namespace ringfence::win
