#include "win/api/windows_version.h"

#include <windows.h>

namespace ringfence::win {

// RtlGetVersion function: GetVersionEx answers as of the Windows that a manifest names.
uint32_t WindowsBuild() {
  using RtlGetVersionFunction = LONG(WINAPI*)(OSVERSIONINFOW*);
  const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  if (ntdll == nullptr) return 0;
  // By way of a pointer to void: FARPROC has another signature.
  void* const address = reinterpret_cast<void*>(GetProcAddress(ntdll, "RtlGetVersion"));
  if (address == nullptr) return 0;
  OSVERSIONINFOW version = {};
  version.dwOSVersionInfoSize = sizeof(version);
  const LONG status = reinterpret_cast<RtlGetVersionFunction>(address)(&version);
  return status == 0 ? version.dwBuildNumber : 0;
}

}  // namespace ringfence::win
