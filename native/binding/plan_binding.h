// prepare(plan): a plan encoded once, in a sealed memory file that every launch of it maps.
#ifndef RINGFENCE_BINDING_PLAN_BINDING_H_
#define RINGFENCE_BINDING_PLAN_BINDING_H_

#include <napi.h>

namespace ringfence {

Napi::Value Prepare(const Napi::CallbackInfo& info);

// Descriptor of a value that prepare() returned, borrowed; TypeError for anything else.
int PlanFd(Napi::Value value);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_PLAN_BINDING_H_
