#include "binding/lease_binding.h"

#include <memory>
#include <utility>

#include "binding/convert.h"
#include "binding/question.h"

namespace ringfence {

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
      [state = ToText(info[0], "stateDirectory"), paths = ToTexts(info[1], "paths")](
          StubLease* lease) { return StubLease::Acquire(state, paths, lease); },
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
