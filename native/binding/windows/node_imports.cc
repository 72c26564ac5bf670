// Binds Node-API to the program that loads this addon, whatever its file is called (node.exe,
// electron.exe). Only where the linker has no delayed imports that can be redirected: not with
// MSVC.
#include <windows.h>

#include "node_api_symbols.h"

// A call of an imported function goes through the pointer __imp_NAME, which is ours to fill.
extern "C" {
#define X(name) FARPROC __imp_##name = nullptr;
RINGFENCE_NODE_API_SYMBOLS(X)
#undef X
}

namespace {

struct Import {
  const char* name;
  FARPROC* pointer;
};

constexpr Import kImports[] = {
#define X(name) {#name, &__imp_##name},
    RINGFENCE_NODE_API_SYMBOLS(X)
#undef X
};

bool BindToHost() {
  const HMODULE host = GetModuleHandleW(nullptr);
  for (const Import& import : kImports) {
    *import.pointer = GetProcAddress(host, import.name);
    if (*import.pointer == nullptr) return false;
  }
  return true;
}

}  // namespace

// FALSE: the host is too old, or no host of Node-API; loading fails with ERROR_DLL_INIT_FAILED.
extern "C" BOOL WINAPI DllMain(HINSTANCE, DWORD reason, LPVOID) {
  return reason != DLL_PROCESS_ATTACH || BindToHost() ? TRUE : FALSE;
}
