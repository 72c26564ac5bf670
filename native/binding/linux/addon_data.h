// State of one addon instance (one JS environment) on Linux.
#ifndef RINGFENCE_BINDING_LINUX_ADDON_DATA_H_
#define RINGFENCE_BINDING_LINUX_ADDON_DATA_H_

#include <napi.h>

#include <map>
#include <memory>
#include <set>

#include "binding/instance_data.h"
#include "binding/launch_events.h"
#include "linux/epoll_port.h"
#include "linux/helper_image.h"
#include "linux/launch_thread.h"
#include "linux/stub_journal.h"

namespace ringfence {

class ProcessBinding;

struct AddonData : InstanceData, LaunchEvents<ProcessEvent, ProcessBinding> {
  std::unique_ptr<IoPort> MakePort() override;
  std::shared_ptr<IoEnd> TakeEnd(Napi::Value source) override;
  Status ClosedTerminal() const override;

  // The hub's.
  EpollPort* port = nullptr;

  HelperImage helper;
  Napi::FunctionReference process_constructor;
  Napi::FunctionReference lease_constructor;

  std::unique_ptr<LaunchThread> launches;
  uint64_t last_plan_id = 0;
  // Descriptors that JS has the number of and nothing else would close.
  std::set<int> held_fds;
  // Leases that are still held; released when the environment ends.
  std::set<StubLease*> leases;
};

inline std::shared_ptr<AddonData> DataOf(Napi::Env env) {
  return std::static_pointer_cast<AddonData>(InstanceDataOf(env));
}

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_LINUX_ADDON_DATA_H_
