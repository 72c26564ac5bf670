// Plans and requests of Linux from JS.
#ifndef RINGFENCE_BINDING_LINUX_CONVERT_PLAN_H_
#define RINGFENCE_BINDING_LINUX_CONVERT_PLAN_H_

#include <napi.h>

#include "linux/plan_blob.h"

namespace ringfence {

// As the policy has it: `memoryBytes`.
const char* LimitName(wire::LimitKind kind);

PlanSpec ToPlan(Napi::Object plan);
RequestSpec ToRequest(Napi::Object request);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_LINUX_CONVERT_PLAN_H_
