#include "binding/terminal_binding.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "linux/terminal.h"
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

Napi::Value WriteToTerminal(Napi::Value bytes, OutputReader* reader, uint64_t id) {
  const Napi::Env env = bytes.Env();
  if (!bytes.IsTypedArray()) throw Napi::TypeError::New(env, "bytes: expected bytes");
  const auto array = bytes.As<Napi::Uint8Array>();
  const std::shared_ptr<PipeEnd> end = reader == nullptr ? nullptr : reader->EndOf(id);
  if (!end) throw ToError(env, {Stage::kTerminalWrite, EIO});
  size_t written = 0;
  const Status status = WriteTerminal(end.get(), reinterpret_cast<const char*>(array.Data()),
                                      array.ByteLength(), &written);
  if (!status.ok()) throw ToError(env, status);
  if (written < array.ByteLength()) reader->AwaitRoom(id);
  return Napi::Number::New(env, static_cast<double>(written));
}

void ResizeTerminalTo(Napi::Value columns, Napi::Value rows, OutputReader* reader, uint64_t id) {
  const uint16_t width = ToDimension(columns, "columns");
  const uint16_t height = ToDimension(rows, "rows");
  const std::shared_ptr<PipeEnd> end = reader == nullptr ? nullptr : reader->EndOf(id);
  if (!end) return;
  const Status status = ResizeTerminal(end.get(), width, height);
  if (!status.ok()) throw ToError(columns.Env(), status);
}

Napi::Value EndOfTerminalInput(Napi::Env env, OutputReader* reader, uint64_t id) {
  const std::shared_ptr<PipeEnd> end = reader == nullptr ? nullptr : reader->EndOf(id);
  const int character = end ? EndOfInput(end.get()) : -1;
  if (character < 0) return env.Undefined();
  return Napi::Number::New(env, character);
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
