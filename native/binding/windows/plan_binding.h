// prepare(plan)
#ifndef RINGFENCE_BINDING_WINDOWS_PLAN_BINDING_H_
#define RINGFENCE_BINDING_WINDOWS_PLAN_BINDING_H_

#include <napi.h>

#include <memory>

#include "win/command_event.h"

namespace ringfence {

Napi::Value Prepare(const Napi::CallbackInfo& info);

// The plan behind a value that prepare() returned; TypeError for anything else.
std::shared_ptr<const win::CommandPlan> ToPreparedPlan(Napi::Value value);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_WINDOWS_PLAN_BINDING_H_
