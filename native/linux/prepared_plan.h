// A plan encoded once, in a sealed memory file that every launch of it maps.
#ifndef RINGFENCE_LINUX_PREPARED_PLAN_H_
#define RINGFENCE_LINUX_PREPARED_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/status.h"
#include "linux/plan_blob.h"
#include "posix/unique_fd.h"

namespace ringfence {

struct PreparedPlan {
  unique_fd file;
  // Tells the plans of an environment apart.
  uint64_t id = 0;
  wire::Mode mode = wire::Mode::kNamespaces;
  // Paths whose replacement by the host would take a protection away from a running command.
  std::vector<std::string> watched;
  // Paths that the view of a runner is made of, but for those that a slot looks at by itself.
  std::vector<std::string> rules;
};

// Fails when the memory file cannot be made.
Status PreparePlan(const PlanSpec& spec, uint64_t id, PreparedPlan* plan);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_PREPARED_PLAN_H_
