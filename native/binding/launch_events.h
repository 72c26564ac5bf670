// Events of a launch thread on their way to the objects of JS, and what keeps the event loop alive
// meanwhile. The same for every system; `Event` and `Process` are what it calls them.
#ifndef RINGFENCE_BINDING_LAUNCH_EVENTS_H_
#define RINGFENCE_BINDING_LAUNCH_EVENTS_H_

#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

namespace ringfence {

template <typename Event, typename Process>
struct LaunchEvents {
  Napi::ThreadSafeFunction events;
  // JS thread only. Borrowed: a process object keeps itself alive until it is closed.
  std::map<uint64_t, Process*> processes;
  std::map<uint64_t, Napi::Promise::Deferred> closing_plans;
  // Processes that keep the event loop alive.
  int referenced = 0;

  // Before the launch thread is started.
  void OpenEvents(Napi::Env env) {
    events = Napi::ThreadSafeFunction::New(
        env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}), "ringfence", 0, 1);
    events.Unref(env);
  }

  void SetReferences(Napi::Env env, int change) {
    const bool before = referenced > 0;
    referenced += change;
    const bool after = referenced > 0;
    if (after && !before) events.Ref(env);
    if (before && !after) events.Unref(env);
  }

  // Launch thread -> JS thread.
  void Post(Event event) {
    auto* owned = new Event(std::move(event));
    const napi_status status =
        events.BlockingCall(owned, [this](Napi::Env env, Napi::Function, Event* delivered) {
          const std::unique_ptr<Event> holder(delivered);
          Deliver(env, delivered);
        });
    if (status != napi_ok) delete owned;  // the environment is ending
  }

 private:
  void Deliver(Napi::Env env, Event* event) {
    if (event->kind == Event::Kind::kPlanClosed) {
      const auto closing = closing_plans.find(event->id);
      if (closing == closing_plans.end()) return;
      const Napi::HandleScope scope(env);
      closing->second.Resolve(env.Undefined());
      closing_plans.erase(closing);
      SetReferences(env, -1);
      return;
    }
    const auto found = processes.find(event->id);
    if (found != processes.end()) found->second->Deliver(event);
  }
};

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_LAUNCH_EVENTS_H_
