#include "binding/linux/terminal_binding.h"

#include <cstring>
#include <utility>

#include "binding/convert.h"
#include "posix/raw_mode.h"

namespace ringfence {
namespace {

constexpr napi_type_tag kTerminalTag = {0x1f0b6f5d9c3e4a72ULL, 0xb6d1874e52c90a3fULL};

}  // namespace

Napi::Value MakeTerminalHandle(Napi::Env env, unique_fd terminal) {
  auto external =
      Napi::External<unique_fd>::New(env, new unique_fd(std::move(terminal)),
                                     [](Napi::Env, const unique_fd* owned) { delete owned; });
  external.TypeTag(&kTerminalTag);
  return external;
}

OutputSource ToOutputSource(Napi::Value value) {
  if (!value.IsExternal()) return {unique_fd(ToInteger(value, "fd"))};
  const auto handle = value.As<Napi::External<unique_fd>>();
  if (!handle.CheckTypeTag(&kTerminalTag)) {
    throw Napi::TypeError::New(value.Env(), "fd: expected a descriptor or a terminal");
  }
  return {std::move(*handle.Data()), true};
}

Napi::Value MakeRawMode(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  TerminalMode mode;
  if (!MakeRaw(ToInteger(info[0], "fd"), &mode)) return env.Undefined();
  return Napi::Buffer<char>::Copy(env, reinterpret_cast<const char*>(&mode), sizeof mode);
}

void RestoreMode(const Napi::CallbackInfo& info) {
  if (!info[1].IsBuffer() || info[1].As<Napi::Buffer<char>>().Length() != sizeof(TerminalMode)) {
    throw Napi::TypeError::New(info.Env(), "mode: expected what makeRaw() returned");
  }
  TerminalMode mode;
  memcpy(&mode, info[1].As<Napi::Buffer<char>>().Data(), sizeof mode);
  SetMode(ToInteger(info[0], "fd"), mode);
}

}  // namespace ringfence
