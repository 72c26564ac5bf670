// State of one addon instance (one JS environment): no globals, so worker threads have their own.
#ifndef RINGFENCE_BINDING_ADDON_DATA_H_
#define RINGFENCE_BINDING_ADDON_DATA_H_

#include <napi.h>

#include <map>
#include <memory>
#include <set>

#include "binding/output_hub.h"
#include "linux/helper_image.h"
#include "linux/launch_thread.h"
#include "linux/stub_journal.h"

namespace ringfence {

class ProcessBinding;

struct AddonData {
  HelperImage helper;
  Napi::FunctionReference process_constructor;
  Napi::FunctionReference lease_constructor;
  Napi::FunctionReference output_constructor;

  // Events of the launch thread on their way to JS.
  Napi::ThreadSafeFunction events;
  std::unique_ptr<LaunchThread> launches;
  // JS thread only. Borrowed: a process object keeps itself alive until it is closed.
  std::map<uint64_t, ProcessBinding*> processes;
  std::map<uint64_t, Napi::Promise::Deferred> closing_plans;
  // From the first output on.
  std::unique_ptr<OutputHub> outputs;
  uint64_t last_plan_id = 0;
  // Processes that keep the event loop alive.
  int referenced = 0;
  // Descriptors that JS has the number of and nothing else would close.
  std::set<int> held_fds;
  // Leases that are still held; released when the environment ends.
  std::set<StubLease*> leases;
};

// What node keeps for the environment. Objects share the data, since node finalizes them in no
// promised order when the environment ends.
struct AddonDataHolder {
  std::shared_ptr<AddonData> data;
};

inline std::shared_ptr<AddonData> DataOf(Napi::Env env) {
  return env.GetInstanceData<AddonDataHolder>()->data;
}

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_ADDON_DATA_H_
