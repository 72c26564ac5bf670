// A running sandbox as JS sees it: kill, ref, unref, and events to a callback.
#ifndef RINGFENCE_BINDING_LINUX_PROCESS_BINDING_H_
#define RINGFENCE_BINDING_LINUX_PROCESS_BINDING_H_

#include <napi.h>

#include <memory>

#include "binding/linux/addon_data.h"

namespace ringfence {

// The launcher's image, for the launch thread to own.
unique_fd ImageForThread(Napi::Env env, const AddonData& data);

class ProcessBinding : public Napi::ObjectWrap<ProcessBinding> {
 public:
  static void Define(Napi::Env env);

  // spawn(plan, request, onEvent): JS thread.
  static Napi::Value Spawn(const Napi::CallbackInfo& info);

  // closePlan(plan)
  static Napi::Value ClosePlan(const Napi::CallbackInfo& info);

  explicit ProcessBinding(const Napi::CallbackInfo& info);

  // JS thread, from the event queue.
  void Deliver(ProcessEvent* event);

 private:
  Napi::Value Pid(const Napi::CallbackInfo& info);
  Napi::Value Kill(const Napi::CallbackInfo& info);
  Napi::Value End(const Napi::CallbackInfo& info);
  void Proceed(const Napi::CallbackInfo& info);
  void RefLoop(const Napi::CallbackInfo& info);
  void UnrefLoop(const Napi::CallbackInfo& info);
  void SetReferenced(bool referenced);

  std::shared_ptr<AddonData> data_;
  uint64_t id_ = 0;
  pid_t pid_ = 0;
  bool closed_ = false;
  bool referenced_ = false;
  Napi::FunctionReference on_event_;
};

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_LINUX_PROCESS_BINDING_H_
