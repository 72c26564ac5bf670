// prepare(plan): a plan encoded once, in a sealed memory file that every launch of it maps.
#ifndef RINGFENCE_BINDING_PLAN_BINDING_H_
#define RINGFENCE_BINDING_PLAN_BINDING_H_

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "posix/unique_fd.h"

namespace ringfence {

struct PreparedPlan {
  unique_fd file;
  // Tells the plans of an environment apart.
  uint64_t id = 0;
  // Paths whose replacement by the host would take a protection away.
  std::vector<std::string> watched;
};

Napi::Value Prepare(const Napi::CallbackInfo& info);

// The plan behind a value that prepare() returned, borrowed; TypeError for anything else.
const PreparedPlan& ToPreparedPlan(Napi::Value value);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_PLAN_BINDING_H_
