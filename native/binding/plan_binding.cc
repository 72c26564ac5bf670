#include "binding/plan_binding.h"

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "linux/memory_file.h"

namespace ringfence {
namespace {

constexpr napi_type_tag kPlanTag = {0x9f1c5a3e72d84b06ULL, 0xb1e84c0d5f2a7963ULL};

}  // namespace

Napi::Value Prepare(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsObject()) throw Napi::TypeError::New(env, "prepare: expected a plan");
  auto file = std::make_unique<unique_fd>();
  const Status status = MakeMemoryFile(
      "ringfence-plan", EncodePlan(ToPlan(info[0].As<Napi::Object>())), Executable::kNo, file.get());
  if (!status.ok()) throw ToError(env, status);
  auto external = Napi::External<unique_fd>::New(
      env, file.release(), [](Napi::Env, unique_fd* owned) { delete owned; });
  external.TypeTag(&kPlanTag);
  return external;
}

int PlanFd(Napi::Value value) {
  if (!value.IsExternal() || !value.As<Napi::External<unique_fd>>().CheckTypeTag(&kPlanTag)) {
    throw Napi::TypeError::New(value.Env(), "plan: expected what prepare() returned");
  }
  return value.As<Napi::External<unique_fd>>().Data()->get();
}

}  // namespace ringfence
