#include "binding/process_binding.h"

#include <sys/wait.h>

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "binding/plan_binding.h"
#include "linux/memory_file.h"
#include "linux/wire.h"

namespace ringfence {
namespace {

Napi::Object ToJs(Napi::Env env, const ProcessEvent& event) {
  Napi::Object object = Napi::Object::New(env);
  switch (event.kind) {
    case ProcessEvent::Kind::kSpawned:
      object.Set("type", "spawned");
      break;
    case ProcessEvent::Kind::kFailed:
      object.Set("type", "failed");
      SetFailure(object, event.stage, event.error, event.path);
      break;
    case ProcessEvent::Kind::kExited: {
      object.Set("type", "exit");
      const bool exited = WIFEXITED(event.wait_status);
      object.Set("code", exited ? WEXITSTATUS(event.wait_status) : 0);
      object.Set("signal", exited ? 0 : WTERMSIG(event.wait_status));
      Napi::Object usage = Napi::Object::New(env);
      usage.Set("userUs", static_cast<double>(event.user_us));
      usage.Set("systemUs", static_cast<double>(event.system_us));
      usage.Set("maxRssBytes", static_cast<double>(event.max_rss_bytes));
      object.Set("usage", usage);
      break;
    }
    case ProcessEvent::Kind::kClosed:
      object.Set("type", "closed");
      break;
  }
  return object;
}

// Watcher's thread -> JS thread.
void Post(AddonData* data, ProcessEvent event) {
  auto* owned = new ProcessEvent(std::move(event));
  const napi_status status =
      data->events.BlockingCall(owned, [data](Napi::Env, Napi::Function, ProcessEvent* delivered) {
        const std::unique_ptr<ProcessEvent> holder(delivered);
        const auto found = data->processes.find(delivered->id);
        if (found != data->processes.end()) found->second->Deliver(*delivered);
      });
  if (status != napi_ok) delete owned;  // the environment is ending
}

void EnsureWatcher(Napi::Env env, AddonData* data) {
  if (data->watcher) return;
  data->events = Napi::ThreadSafeFunction::New(
      env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}), "ringfence", 0, 1);
  data->events.Unref(env);
  data->watcher = std::make_unique<ProcessWatcher>(
      [data](ProcessEvent event) { Post(data, std::move(event)); });
}

std::vector<int> ToStdio(Napi::Value value) {
  if (!value.IsArray()) throw Napi::TypeError::New(value.Env(), "stdio: expected an array");
  const auto array = value.As<Napi::Array>();
  std::vector<int> fds;
  for (uint32_t i = 0; i < array.Length(); ++i) fds.push_back(ToInteger(array.Get(i), "stdio"));
  while (fds.size() < 3) fds.push_back(-1);
  return fds;
}

}  // namespace

void ProcessBinding::Define(Napi::Env env) {
  const Napi::Function constructor = DefineClass(
      env, "NativeProcess",
      {InstanceAccessor<&ProcessBinding::Pid>("pid"), InstanceMethod<&ProcessBinding::Kill>("kill"),
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
  if (!data->helper.fd.valid()) throw Napi::Error::New(env, "spawn before loadHelper");
  if (!info[1].IsObject() || !info[2].IsFunction()) {
    throw Napi::TypeError::New(env, "spawn: expected (plan, request, onEvent)");
  }
  const auto request_object = info[1].As<Napi::Object>();
  const PreparedPlan& plan = ToPreparedPlan(info[0]);
  RequestSpec spec = ToRequest(request_object);
  EnsureWatcher(env, data.get());
  spec.poll = !data->watcher->WatchPaths(plan.id, plan.watched);
  unique_fd request;
  Status status =
      MakeMemoryFile("ringfence-request", EncodeRequest(spec), Executable::kNo, &request);
  if (!status.ok()) throw ToError(env, status);
  LaunchFds fds;
  fds.stdio = ToStdio(request_object.Get("stdio"));
  fds.plan = plan.file.get();
  fds.request = request.get();
  fds.image = data->helper.fd.get();

  const Napi::Object object = data->process_constructor.New({});
  auto* self = ProcessBinding::Unwrap(object);
  LaunchedProcess process;
  status = StartLauncher(fds, &process);
  if (!status.ok()) throw ToError(env, status);
  self->pid_ = process.pid;
  status = data->watcher->Add(std::move(process), plan.id, &self->id_);
  if (!status.ok()) throw ToError(env, status);
  // Events wait in the queue until this call has returned, so none can be missed.
  data->processes.emplace(self->id_, self);
  self->on_event_ = Napi::Persistent(info[2].As<Napi::Function>());
  self->Ref();  // until closed
  self->SetReferenced(true);
  return object;
}

void ProcessBinding::Deliver(const ProcessEvent& event) {
  const Napi::Env env = Env();
  const Napi::HandleScope scope(env);
  const bool last = event.kind == ProcessEvent::Kind::kClosed;
  const Napi::Function callback = on_event_.Value();
  if (last) {
    closed_ = true;
    SetReferenced(false);
    data_->processes.erase(id_);
    on_event_.Reset();
  }
  const Napi::Value argument = ToJs(env, event);
  if (last) Unref();
  callback.Call({argument});
}

Napi::Value ProcessBinding::Pid(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), pid_);
}

Napi::Value ProcessBinding::Kill(const Napi::CallbackInfo& info) {
  const int signal = ToInteger(info[0], "signal");
  if (signal < 0 || signal > 64) throw Napi::RangeError::New(info.Env(), "signal: expected 0..64");
  if (closed_) return Napi::Boolean::New(info.Env(), false);
  if (signal == 0) return Napi::Boolean::New(info.Env(), true);
  return Napi::Boolean::New(info.Env(), data_->watcher->Signal(id_, signal));
}

Napi::Value ProcessBinding::Proceed(const Napi::CallbackInfo& info) {
  const bool sent = !closed_ && data_->watcher->Signal(id_, wire::kProceed);
  return Napi::Boolean::New(info.Env(), sent);
}

void ProcessBinding::RefLoop(const Napi::CallbackInfo&) { SetReferenced(!closed_); }

void ProcessBinding::UnrefLoop(const Napi::CallbackInfo&) { SetReferenced(false); }

void ProcessBinding::SetReferenced(bool referenced) {
  if (referenced == referenced_) return;
  referenced_ = referenced;
  data_->referenced += referenced ? 1 : -1;
  if (referenced && data_->referenced == 1) data_->events.Ref(Env());
  if (!referenced && data_->referenced == 0) data_->events.Unref(Env());
}

}  // namespace ringfence
