#include "binding/linux/addon_data.h"

#include <cerrno>
#include <utility>

#include "binding/linux/terminal_binding.h"

namespace ringfence {

std::unique_ptr<IoPort> AddonData::MakePort() {
  auto made = std::make_unique<EpollPort>();
  port = made.get();
  return made;
}

std::shared_ptr<IoEnd> AddonData::TakeEnd(Napi::Value source) {
  return port->MakeEnd(ToOutputSource(source));
}

Status AddonData::ClosedTerminal() const { return {Stage::kTerminalWrite, EIO}; }

}  // namespace ringfence
