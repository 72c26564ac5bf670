#include "binding/windows/process_binding.h"

#include <utility>

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "binding/windows/convert_plan.h"
#include "binding/windows/plan_binding.h"
#include "binding/windows/terminal_handle.h"

namespace ringfence {
namespace {

using Event = win::CommandEvent;

// "os.constants.signals" of node on Windows.
constexpr int kKillSignal = 9;
constexpr int kWindowChanged = 28;
constexpr int kMostSignals = 64;

Napi::Object UsageOf(Napi::Env env, const Event& event) {
  Napi::Object usage = Napi::Object::New(env);
  usage.Set("userUs", static_cast<double>(event.usage.user_us));
  usage.Set("systemUs", static_cast<double>(event.usage.system_us));
  usage.Set("maxRssBytes", static_cast<double>(event.usage.peak_memory_bytes));
  usage.Set("wallUs", static_cast<double>(event.wall_us));
  return usage;
}

Napi::Object ToJs(Napi::Env env, const Event& event) {
  Napi::Object object = Napi::Object::New(env);
  switch (event.kind) {
    case Event::Kind::kSpawned:
      object.Set("type", "spawned");
      if (event.terminal) object.Set("terminal", MakeTerminalHandle(env, event.terminal));
      break;
    case Event::Kind::kFailed:
      object.Set("type", "failed");
      SetFailure(object, event.failure);
      break;
    case Event::Kind::kLimit:
      object.Set("type", "limit");
      object.Set("kind", LimitName(event.limit));
      object.Set("value", event.limit_value);
      object.Set("used", event.limit_used);
      break;
    case Event::Kind::kExited:
      object.Set("type", "exit");
      object.Set("code", static_cast<double>(event.exit_code));
      object.Set("signal", event.signal);
      object.Set("usage", UsageOf(env, event));
      break;
    case Event::Kind::kClosed:
    case Event::Kind::kPlanClosed:
      object.Set("type", "closed");
      break;
  }
  return object;
}

void EnsureThread(Napi::Env env, AddonData* data) {
  if (data->launches) return;
  data->OpenEvents(env);
  auto launches = std::make_unique<win::LaunchThread>(
      data->api, [data](Event event) { data->Post(std::move(event)); });
  const Status status = launches->Start();
  if (!status.ok()) {
    data->events.Release();
    throw ToError(env, status);
  }
  data->launches = std::move(launches);
}

// Copies: the caller closes its own.
void ReadStdio(Napi::Value value, AddonData* data, win::CommandSpec* spec) {
  const Napi::Env env = value.Env();
  const Napi::Array array = ToArray(value, "stdio");
  if (array.Length() != spec->stdio.size()) Refuse(env, "stdio", "three handles");
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const int number = ToInteger(array.Get(i), "stdio");
    if (number == -1) continue;
    win::Handle copy = win::Handle::kNone;
    const auto handle = static_cast<win::Handle>(static_cast<uint32_t>(number));
    const win::OsError error = data->api.handle.Duplicate(handle, false, &copy);
    if (!error.ok()) throw ToError(env, win::Failed(Stage::kWinStdio, error));
    spec->stdio[i] = win::UniqueHandle(data->api.handle, copy);
  }
}

}  // namespace

void ProcessBinding::Define(Napi::Env env) {
  const Napi::Function constructor = DefineClass(
      env, "NativeProcess",
      {InstanceAccessor<&ProcessBinding::Pid>("pid"), InstanceMethod<&ProcessBinding::Kill>("kill"),
       InstanceMethod<&ProcessBinding::End>("end"),
       InstanceMethod<&ProcessBinding::Proceed>("proceed"),
       InstanceMethod<&ProcessBinding::RefLoop>("ref"),
       InstanceMethod<&ProcessBinding::UnrefLoop>("unref")});
  Napi::FunctionReference& reference = DataOf(env)->process_constructor;
  reference = Napi::Persistent(constructor);
  reference.SuppressDestruct();
}

ProcessBinding::ProcessBinding(const Napi::CallbackInfo& info)
    : ObjectWrap(info), data_(DataOf(info.Env())) {}

Napi::Value ProcessBinding::Spawn(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<AddonData> data = DataOf(env);
  if (!info[1].IsObject() || !info[2].IsFunction()) {
    throw Napi::TypeError::New(env, "spawn: expected (plan, request, onEvent)");
  }
  const auto request = info[1].As<Napi::Object>();
  const std::shared_ptr<const win::CommandPlan> plan = ToPreparedPlan(info[0]);
  win::CommandSpec spec = ToCommandSpec(request);
  spec.plan = plan;
  ReadStdio(request.Get("stdio"), data.get(), &spec);
  EnsureThread(env, data.get());

  const Napi::Object object = data->process_constructor.New({});
  auto* self = ProcessBinding::Unwrap(object);
  self->id_ = data->launches->Launch(std::move(spec));
  // Events wait in the queue until this call has returned, so none can be missed.
  data->processes.emplace(self->id_, self);
  self->on_event_ = Napi::Persistent(info[2].As<Napi::Function>());
  self->Ref();  // until closed
  self->SetReferenced(true);
  return object;
}

Napi::Value ProcessBinding::ClosePlan(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<AddonData> data = DataOf(env);
  const std::shared_ptr<const win::CommandPlan> plan = ToPreparedPlan(info[0]);
  const auto deferred = Napi::Promise::Deferred::New(env);
  if (!data->launches) {
    deferred.Resolve(env.Undefined());
    return deferred.Promise();
  }
  data->closing_plans.emplace(data->launches->ClosePlan(plan->id), deferred);
  data->SetReferences(env, 1);
  return deferred.Promise();
}

void ProcessBinding::Deliver(win::CommandEvent* event) {
  const Napi::Env env = Env();
  const Napi::HandleScope scope(env);
  const bool last = event->kind == Event::Kind::kClosed;
  if (event->pid > 0) pid_ = event->pid;
  const Napi::Function callback = on_event_.Value();
  if (last) {
    closed_ = true;
    SetReferenced(false);
    data_->processes.erase(id_);
    data_->launches->Forget(id_);
    on_event_.Reset();
  }
  const Napi::Object argument = ToJs(env, *event);
  if (last) Unref();
  callback.Call({argument});
}

Napi::Value ProcessBinding::Pid(const Napi::CallbackInfo& info) {
  if (pid_ == 0 && !closed_) pid_ = data_->launches->WaitForPid(id_);
  if (pid_ == 0) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), static_cast<double>(pid_));
}

Napi::Value ProcessBinding::Kill(const Napi::CallbackInfo& info) {
  const int signal = ToInteger(info[0], "signal");
  if (signal < 0 || signal > kMostSignals) {
    throw Napi::RangeError::New(info.Env(), "signal: expected 0..64");
  }
  // Windows has no signals: those that end a program end all of it, and this is the one that is not
  // meant to.
  const bool ends = signal != 0 && signal != kWindowChanged;
  if (!closed_ && ends) data_->launches->Kill(id_, signal);
  return Napi::Boolean::New(info.Env(), !closed_);
}

Napi::Value ProcessBinding::End(const Napi::CallbackInfo& info) {
  if (!closed_) data_->launches->Kill(id_, kKillSignal);
  return Napi::Boolean::New(info.Env(), !closed_);
}

void ProcessBinding::RefLoop(const Napi::CallbackInfo&) { SetReferenced(!closed_); }

void ProcessBinding::UnrefLoop(const Napi::CallbackInfo&) { SetReferenced(false); }

void ProcessBinding::SetReferenced(bool referenced) {
  if (referenced == referenced_) return;
  referenced_ = referenced;
  data_->SetReferences(Env(), referenced ? 1 : -1);
}

}  // namespace ringfence
