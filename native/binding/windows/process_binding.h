// A running command as JS sees it: kill, ref, unref, and events to a callback.
#ifndef RINGFENCE_BINDING_WINDOWS_PROCESS_BINDING_H_
#define RINGFENCE_BINDING_WINDOWS_PROCESS_BINDING_H_

#include <napi.h>

#include <cstdint>
#include <memory>

#include "binding/windows/addon_data.h"

namespace ringfence {

class ProcessBinding : public Napi::ObjectWrap<ProcessBinding> {
 public:
  static void Define(Napi::Env env);

  // spawn(plan, request, onEvent): JS thread.
  static Napi::Value Spawn(const Napi::CallbackInfo& info);

  // closePlan(plan)
  static Napi::Value ClosePlan(const Napi::CallbackInfo& info);

  explicit ProcessBinding(const Napi::CallbackInfo& info);

  // JS thread, from the event queue.
  void Deliver(win::CommandEvent* event);

 private:
  Napi::Value Pid(const Napi::CallbackInfo& info);
  Napi::Value Kill(const Napi::CallbackInfo& info);
  Napi::Value End(const Napi::CallbackInfo& info);
  // What requests that are renewed wait for: there are none on Windows.
  void Proceed(const Napi::CallbackInfo&) {}
  void RefLoop(const Napi::CallbackInfo& info);
  void UnrefLoop(const Napi::CallbackInfo& info);
  void SetReferenced(bool referenced);

  std::shared_ptr<AddonData> data_;
  uint64_t id_ = 0;
  uint32_t pid_ = 0;
  bool closed_ = false;
  bool referenced_ = false;
  Napi::FunctionReference on_event_;
};

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_WINDOWS_PROCESS_BINDING_H_
