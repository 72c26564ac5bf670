#include "binding/plan_binding.h"

#include <memory>

#include "binding/addon_data.h"
#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "linux/memory_file.h"

namespace ringfence {
namespace {

constexpr napi_type_tag kPlanTag = {0x9f1c5a3e72d84b06ULL, 0xb1e84c0d5f2a7963ULL};

std::vector<std::string> WatchedPaths(const PlanSpec& plan) {
  std::vector<std::string> paths;
  for (const MountStep& step : plan.mounts) {
    const bool protects =
        step.op == wire::MountOp::kStub || step.op == wire::MountOp::kMask ||
        step.op == wire::MountOp::kPin ||
        (step.op == wire::MountOp::kBind && (step.flags & wire::kMountReadonly) != 0);
    if (protects) paths.push_back(step.path);
  }
  return paths;
}

}  // namespace

Napi::Value Prepare(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsObject()) throw Napi::TypeError::New(env, "prepare: expected a plan");
  const PlanSpec spec = ToPlan(info[0].As<Napi::Object>());
  auto plan = std::make_unique<PreparedPlan>();
  plan->id = ++DataOf(env)->last_plan_id;
  plan->watched = WatchedPaths(spec);
  const Status status =
      MakeMemoryFile("ringfence-plan", EncodePlan(spec), Executable::kNo, &plan->file);
  if (!status.ok()) throw ToError(env, status);
  auto external = Napi::External<PreparedPlan>::New(
      env, plan.release(), [](Napi::Env, PreparedPlan* owned) { delete owned; });
  external.TypeTag(&kPlanTag);
  return external;
}

const PreparedPlan& ToPreparedPlan(Napi::Value value) {
  if (!value.IsExternal() || !value.As<Napi::External<PreparedPlan>>().CheckTypeTag(&kPlanTag)) {
    throw Napi::TypeError::New(value.Env(), "plan: expected what prepare() returned");
  }
  return *value.As<Napi::External<PreparedPlan>>().Data();
}

}  // namespace ringfence
