// prepare(plan)
#ifndef RINGFENCE_BINDING_LINUX_PLAN_BINDING_H_
#define RINGFENCE_BINDING_LINUX_PLAN_BINDING_H_

#include <napi.h>

#include <memory>

#include "linux/prepared_plan.h"

namespace ringfence {

Napi::Value Prepare(const Napi::CallbackInfo& info);

// The plan behind a value that prepare() returned; TypeError for anything else.
std::shared_ptr<const PreparedPlan> ToPreparedPlan(Napi::Value value);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_LINUX_PLAN_BINDING_H_
