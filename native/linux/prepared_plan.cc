#include "linux/prepared_plan.h"

#include "linux/memory_file.h"

namespace ringfence {
namespace {

bool IsRule(const MountStep& step) {
  return step.op == wire::MountOp::kBind || step.op == wire::MountOp::kMask ||
         step.op == wire::MountOp::kPin;
}

}  // namespace

Status PreparePlan(const PlanSpec& spec, uint64_t id, PreparedPlan* plan) {
  plan->id = id;
  plan->mode = spec.mode;
  for (const MountStep& step : spec.mounts) {
    if (wire::Protects(step.op, step.flags)) plan->watched.push_back(step.path);
    if (IsRule(step)) plan->rules.push_back(step.path);
  }
  return MakeMemoryFile("ringfence-plan", EncodePlan(spec), Executable::kNo, &plan->file);
}

}  // namespace ringfence
