#include "binding/windows/addon_data.h"

#include <utility>

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "binding/windows/terminal_handle.h"

namespace ringfence {

std::unique_ptr<IoPort> AddonData::MakePort() {
  auto made = std::make_unique<win::CompletionPort>(api);
  port = made.get();
  return made;
}

std::shared_ptr<IoEnd> AddonData::TakeEnd(Napi::Value source) {
  win::EndHandles ends;
  win::ResizeTerminal resize;
  if (source.IsExternal()) {
    win::OpenedTerminal& terminal = ToTerminal(source);
    ends = std::move(terminal.ends);
    resize = terminal.resize;
  } else {
    ends.output = TakeHandle(source);
  }
  std::shared_ptr<win::OverlappedEnd> end;
  const Status status = port->MakeEnd(std::move(ends), std::move(resize), &end);
  if (!status.ok()) throw ToError(source.Env(), status);
  return end;
}

Status AddonData::ClosedTerminal() const {
  return win::Failed(Stage::kWinPipeWrite, win::Win32Error(win::kErrorBrokenPipe));
}

win::UniqueHandle AddonData::TakeHandle(Napi::Value number) {
  const auto found = handles.find(ToInteger(number, "handle"));
  if (found == handles.end()) Refuse(number.Env(), "handle", "what pipe() returned");
  win::UniqueHandle handle = std::move(found->second);
  handles.erase(found);
  return handle;
}

}  // namespace ringfence
