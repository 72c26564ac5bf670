// The entry of ringfence_pretend: the product's exports with a Windows that pretends, and what
// tests ask of it besides.
#include <napi.h>
#include <windows.h>

#include "binding/windows/exports.h"
#include "pretend.h"
#include "win/api/windows_api.h"

namespace ringfence {
namespace {

const win::Win32Api& PretendApi() {
  static const win::Win32Api api = {win::PretendHandle(),  win::PretendToken(),
                                    win::WindowsProcess(), win::WindowsIo(),
                                    win::WindowsDesktop(), win::PretendFile()};
  return api;
}

// Of this process. Wine counts none, but gives the lowest number that is free.
DWORD CountHandles() {
  DWORD handles = 0;
  if (GetProcessHandleCount(GetCurrentProcess(), &handles) != FALSE && handles != 0) return handles;
  constexpr uintptr_t kStep = 4;
  const HANDLE lowest = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  CloseHandle(lowest);
  return static_cast<DWORD>(reinterpret_cast<uintptr_t>(lowest) / kStep);
}

// pretendLedger(): what this process has open, and has written.
Napi::Value Ledger(const Napi::CallbackInfo& info) {
  const DWORD handles = CountHandles();
  Napi::Object ledger = Napi::Object::New(info.Env());
  ledger.Set("handles", static_cast<double>(handles));
  ledger.Set("daclWrites", static_cast<double>(win::pretended_dacl_writes));
  return ledger;
}

}  // namespace
}  // namespace ringfence

static Napi::Object InitializePretend(Napi::Env env, Napi::Object exports) {
  exports.Set("pretendLedger", Napi::Function::New(env, ringfence::Ledger));
  return ringfence::ExportAll(env, exports, ringfence::PretendApi());
}

NODE_API_MODULE(ringfence_pretend, InitializePretend)
