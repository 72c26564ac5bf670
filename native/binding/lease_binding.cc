#include "binding/lease_binding.h"

#include "binding/convert.h"
#include "binding/error_to_js.h"

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
  const Napi::Env env = info.Env();
  const std::string state = ToText(info[0], "stateDirectory");
  const std::vector<std::string> paths = ToTexts(info[1], "paths");
  const std::shared_ptr<AddonData> data = DataOf(env);
  const Napi::Object object = data->lease_constructor.New({});
  auto* self = LeaseBinding::Unwrap(object);
  const Status status = StubLease::Acquire(state, paths, &self->lease_);
  if (!status.ok()) throw ToError(env, status);
  data->leases.insert(&self->lease_);
  return object;
}

Napi::Value LeaseBinding::Held(const Napi::CallbackInfo& info) {
  Napi::Array held = Napi::Array::New(info.Env());
  uint32_t index = 0;
  for (const std::string& path : lease_.held()) held.Set(index++, path);
  return held;
}

void LeaseBinding::Release(const Napi::CallbackInfo& info) {
  data_->leases.erase(&lease_);
  const Status status = lease_.Release();
  if (!status.ok()) throw ToError(info.Env(), status);
}

}  // namespace ringfence
