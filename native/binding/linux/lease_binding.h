// acquireStubs(): a lease of stub directories as a JS object.
#ifndef RINGFENCE_BINDING_LINUX_LEASE_BINDING_H_
#define RINGFENCE_BINDING_LINUX_LEASE_BINDING_H_

#include <napi.h>

#include <memory>

#include "binding/linux/addon_data.h"
#include "linux/gate.h"

namespace ringfence {

// gate(): what launches can wait for while stubs are made.
Napi::Value MakeGate(const Napi::CallbackInfo& info);

// Null for undefined; TypeError for anything but a gate.
std::shared_ptr<Gate> ToGate(Napi::Value value);

class LeaseBinding : public Napi::ObjectWrap<LeaseBinding> {
 public:
  static void Define(Napi::Env env);

  // acquireStubs(stateDirectory, paths, gate?): a promise, since making directories takes
  // milliseconds on some file systems. The gate is settled before.
  static Napi::Value Acquire(const Napi::CallbackInfo& info);

  explicit LeaseBinding(const Napi::CallbackInfo& info);
  void Finalize(Napi::Env env) override;

 private:
  Napi::Value Held(const Napi::CallbackInfo& info);
  Napi::Value Release(const Napi::CallbackInfo& info);

  std::shared_ptr<AddonData> data_;
  StubLease lease_;
};

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_LINUX_LEASE_BINDING_H_
