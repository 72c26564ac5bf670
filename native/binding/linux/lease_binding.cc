#include "binding/linux/lease_binding.h"

#include <memory>
#include <utility>

#include "binding/convert.h"
#include "binding/question.h"

namespace ringfence {

namespace {

constexpr napi_type_tag kGateTag = {0x3b7d0c9e51f64a82ULL, 0x8c14e2f7a95d6b30ULL};

using Handle = std::shared_ptr<Gate>;

}  // namespace

Napi::Value MakeGate(const Napi::CallbackInfo& info) {
  auto external = Napi::External<Handle>::New(info.Env(), new Handle(std::make_shared<Gate>()),
                                              [](Napi::Env, const Handle* owned) { delete owned; });
  external.TypeTag(&kGateTag);
  return external;
}

std::shared_ptr<Gate> ToGate(Napi::Value value) {
  if (value.IsUndefined()) return nullptr;
  if (!value.IsExternal() || !value.As<Napi::External<Handle>>().CheckTypeTag(&kGateTag)) {
    throw Napi::TypeError::New(value.Env(), "gate: expected what gate() returned");
  }
  return *value.As<Napi::External<Handle>>().Data();
}

void LeaseBinding::Define(Napi::Env env) {
  const Napi::Function constructor =
      DefineClass(env, "StubLease",
                  {InstanceAccessor<&LeaseBinding::Held>("held"),
                   InstanceMethod<&LeaseBinding::Release>("release")});
  Napi::FunctionReference& reference = DataOf(env)->lease_constructor;
  reference = Napi::Persistent(constructor);
  reference.SuppressDestruct();
}

LeaseBinding::LeaseBinding(const Napi::CallbackInfo& info)
    : ObjectWrap(info), data_(DataOf(info.Env())) {}

void LeaseBinding::Finalize(Napi::Env) { data_->leases.erase(&lease_); }

Napi::Value LeaseBinding::Acquire(const Napi::CallbackInfo& info) {
  return Ask<StubLease>(
      info.Env(),
      [state = ToText(info[0], "stateDirectory"), paths = ToTexts(info[1], "paths"),
       gate = ToGate(info[2])](StubLease* lease) {
        const Status status = StubLease::Acquire(state, paths, lease);
        if (gate) gate->Settle(status);
        return status;
      },
      [](Napi::Env env, StubLease lease) -> Napi::Value {
        const std::shared_ptr<AddonData> data = DataOf(env);
        const Napi::Object object = data->lease_constructor.New({});
        auto* self = LeaseBinding::Unwrap(object);
        self->lease_ = std::move(lease);
        data->leases.insert(&self->lease_);
        return object;
      });
}

Napi::Value LeaseBinding::Held(const Napi::CallbackInfo& info) {
  Napi::Array held = Napi::Array::New(info.Env());
  uint32_t index = 0;
  for (const std::string& path : lease_.held()) held.Set(index++, path);
  return held;
}

Napi::Value LeaseBinding::Release(const Napi::CallbackInfo& info) {
  data_->leases.erase(&lease_);
  // The worker owns the lease from here on, also when the environment ends meanwhile.
  auto lease = std::make_shared<StubLease>(std::move(lease_));
  lease_ = StubLease();
  return Ask<int>(
      info.Env(), [lease](int*) { return lease->Release(); },
      [](Napi::Env env, int) -> Napi::Value { return env.Undefined(); });
}

}  // namespace ringfence
