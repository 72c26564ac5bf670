#include "windows/wine.h"

#include <windows.h>

namespace ringfence::test {

// The function that Wine's documentation names for this.
bool UnderWine() {
  const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  return ntdll != nullptr && GetProcAddress(ntdll, "wine_get_version") != nullptr;
}

}  // namespace ringfence::test
