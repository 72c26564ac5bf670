// State of one addon instance (one JS environment) on Windows.
#ifndef RINGFENCE_BINDING_WINDOWS_ADDON_DATA_H_
#define RINGFENCE_BINDING_WINDOWS_ADDON_DATA_H_

#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>

#include "binding/instance_data.h"
#include "binding/launch_events.h"
#include "win/api/win32_api.h"
#include "win/command_event.h"
#include "win/io/completion_port.h"
#include "win/launch_thread.h"
#include "win/unique_handle.h"

namespace ringfence {

class ProcessBinding;

struct AddonData : InstanceData, LaunchEvents<win::CommandEvent, ProcessBinding> {
  explicit AddonData(const win::Win32Api& table) : api(table) {}

  std::unique_ptr<IoPort> MakePort() override;
  std::shared_ptr<IoEnd> TakeEnd(Napi::Value source) override;
  Status ClosedTerminal() const override;

  // The handle that JS has the number of; from now on the caller's. TypeError for a number that
  // stands for none of ours: JS closes and reads what pipe() gave, and nothing else.
  win::UniqueHandle TakeHandle(Napi::Value number);

  const win::Win32Api& api;
  // The hub's.
  win::CompletionPort* port = nullptr;
  // Of pipe(), by the number that JS knows.
  std::map<int64_t, win::UniqueHandle> handles;

  Napi::FunctionReference process_constructor;
  Napi::FunctionReference input_constructor;

  std::unique_ptr<win::LaunchThread> launches;
  uint64_t last_plan_id = 0;
};

inline std::shared_ptr<AddonData> DataOf(Napi::Env env) {
  return std::static_pointer_cast<AddonData>(InstanceDataOf(env));
}

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_WINDOWS_ADDON_DATA_H_
