#include "binding/linux/plan_binding.h"

#include <memory>

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "binding/linux/addon_data.h"
#include "binding/linux/convert_plan.h"

namespace ringfence {
namespace {

constexpr napi_type_tag kPlanTag = {0x9f1c5a3e72d84b06ULL, 0xb1e84c0d5f2a7963ULL};

using Handle = std::shared_ptr<const PreparedPlan>;

}  // namespace

Napi::Value Prepare(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsObject()) throw Napi::TypeError::New(env, "prepare: expected a plan");
  const PlanSpec spec = ToPlan(info[0].As<Napi::Object>());
  auto plan = std::make_shared<PreparedPlan>();
  const Status status = PreparePlan(spec, ++DataOf(env)->last_plan_id, plan.get());
  if (!status.ok()) throw ToError(env, status);
  auto external = Napi::External<Handle>::New(env, new Handle(std::move(plan)),
                                              [](Napi::Env, const Handle* owned) { delete owned; });
  external.TypeTag(&kPlanTag);
  return external;
}

std::shared_ptr<const PreparedPlan> ToPreparedPlan(Napi::Value value) {
  if (!value.IsExternal() || !value.As<Napi::External<Handle>>().CheckTypeTag(&kPlanTag)) {
    throw Napi::TypeError::New(value.Env(), "plan: expected what prepare() returned");
  }
  return *value.As<Napi::External<Handle>>().Data();
}

}  // namespace ringfence
