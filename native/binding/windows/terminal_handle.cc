#include "binding/windows/terminal_handle.h"

#include <utility>

namespace ringfence {
namespace {

constexpr napi_type_tag kTerminalTag = {0x5ad0c7e13b924f68ULL, 0x9e27f15b80d4c3a6ULL};

using Terminal = std::shared_ptr<win::OpenedTerminal>;

}  // namespace

Napi::Value MakeTerminalHandle(Napi::Env env, Terminal terminal) {
  auto external =
      Napi::External<Terminal>::New(env, new Terminal(std::move(terminal)),
                                    [](Napi::Env, const Terminal* owned) { delete owned; });
  external.TypeTag(&kTerminalTag);
  return external;
}

win::OpenedTerminal& ToTerminal(Napi::Value value) {
  const auto handle = value.As<Napi::External<Terminal>>();
  if (!handle.CheckTypeTag(&kTerminalTag)) {
    throw Napi::TypeError::New(value.Env(), "source: expected a handle or a terminal");
  }
  return **handle.Data();
}

}  // namespace ringfence
