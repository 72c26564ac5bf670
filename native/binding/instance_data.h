// State of one addon instance (one JS environment) that is the same on every system: no globals, so
// worker threads have their own.
#ifndef RINGFENCE_BINDING_INSTANCE_DATA_H_
#define RINGFENCE_BINDING_INSTANCE_DATA_H_

#include <napi.h>

#include <memory>

#include "binding/output_hub.h"
#include "core/io_end.h"
#include "core/io_port.h"
#include "core/status.h"

namespace ringfence {

struct InstanceData {
  virtual ~InstanceData() = default;

  // What waits for ends, made once.
  virtual std::unique_ptr<IoPort> MakePort() = 0;
  // Of the number of a descriptor, or of a terminal's handle: taken, to be waited for by that port.
  // TypeError for anything else.
  virtual std::shared_ptr<IoEnd> TakeEnd(Napi::Value source) = 0;
  // Why a terminal that is closed takes nothing.
  virtual Status ClosedTerminal() const = 0;

  // JS thread. Made with the first output.
  OutputHub* Outputs(Napi::Env env) {
    if (!outputs) outputs = std::make_unique<OutputHub>(env, MakePort());
    return outputs.get();
  }

  Napi::FunctionReference output_constructor;
  std::unique_ptr<OutputHub> outputs;
};

// What node keeps for the environment. Objects share the data, since node finalizes them in no
// promised order when the environment ends.
struct InstanceDataHolder {
  std::shared_ptr<InstanceData> data;
};

inline std::shared_ptr<InstanceData> InstanceDataOf(Napi::Env env) {
  return env.GetInstanceData<InstanceDataHolder>()->data;
}

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_INSTANCE_DATA_H_
