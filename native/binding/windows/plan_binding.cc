#include "binding/windows/plan_binding.h"

#include <utility>

#include "binding/convert.h"
#include "binding/windows/addon_data.h"
#include "binding/windows/convert_plan.h"

namespace ringfence {
namespace {

constexpr napi_type_tag kPlanTag = {0xc3a84e615f0b4d27ULL, 0x8d72b9e04f16a35cULL};

using Handle = std::shared_ptr<const win::CommandPlan>;

}  // namespace

Napi::Value Prepare(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  win::CommandPlan plan = ToCommandPlan(ToObject(info[0], "plan"));
  plan.id = ++DataOf(env)->last_plan_id;
  auto external = Napi::External<Handle>::New(
      env, new Handle(std::make_shared<const win::CommandPlan>(std::move(plan))),
      [](Napi::Env, const Handle* owned) { delete owned; });
  external.TypeTag(&kPlanTag);
  return external;
}

std::shared_ptr<const win::CommandPlan> ToPreparedPlan(Napi::Value value) {
  if (!value.IsExternal() || !value.As<Napi::External<Handle>>().CheckTypeTag(&kPlanTag)) {
    throw Napi::TypeError::New(value.Env(), "plan: expected what prepare() returned");
  }
  return *value.As<Napi::External<Handle>>().Data();
}

}  // namespace ringfence
