#include "binding/linux/process_binding.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "binding/linux/convert_plan.h"
#include "binding/linux/lease_binding.h"
#include "binding/linux/plan_binding.h"
#include "binding/linux/terminal_binding.h"
#include "linux/wire.h"

namespace ringfence {
namespace {

Napi::Object UsageOf(Napi::Env env, const ProcessEvent& event) {
  Napi::Object usage = Napi::Object::New(env);
  usage.Set("userUs", static_cast<double>(event.user_us));
  usage.Set("systemUs", static_cast<double>(event.system_us));
  usage.Set("maxRssBytes", static_cast<double>(event.max_rss_bytes));
  usage.Set("wallUs", static_cast<double>(event.wall_us));
  return usage;
}

void SetLimit(Napi::Object object, const ProcessEvent& event) {
  object.Set("kind", LimitName(event.limit));
  object.Set("value", static_cast<double>(event.limit_value));
  const auto used = static_cast<double>(event.limit_used);
  object.Set("used", event.limit == wire::LimitKind::kCpu ? used / 1e6 : used);
}

void SetFailureOf(Napi::Object object, const Failure& failure) {
  SetFailure(object, failure.stage, failure.error, failure.path);
}

Napi::Object ToJs(Napi::Env env, const ProcessEvent& event) {
  Napi::Object object = Napi::Object::New(env);
  switch (event.kind) {
    case ProcessEvent::Kind::kSpawned:
      object.Set("type", "spawned");
      break;
    case ProcessEvent::Kind::kFailed:
      object.Set("type", "failed");
      SetFailureOf(object, event.failure);
      if (event.cause) {
        Napi::Object cause = Napi::Object::New(env);
        SetFailureOf(cause, *event.cause);
        object.Set("cause", cause);
      }
      break;
    case ProcessEvent::Kind::kRetry:
      object.Set("type", "retry");
      SetFailureOf(object, event.failure);
      break;
    case ProcessEvent::Kind::kRebuild:
      object.Set("type", "rebuild");
      SetFailureOf(object, event.failure);
      break;
    case ProcessEvent::Kind::kExited: {
      object.Set("type", "exit");
      const bool exited = WIFEXITED(event.wait_status);
      object.Set("code", exited ? WEXITSTATUS(event.wait_status) : 0);
      object.Set("signal", exited ? 0 : WTERMSIG(event.wait_status));
      object.Set("usage", UsageOf(env, event));
      break;
    }
    case ProcessEvent::Kind::kLimit:
      object.Set("type", "limit");
      SetLimit(object, event);
      break;
    case ProcessEvent::Kind::kClosed:
    case ProcessEvent::Kind::kPlanClosed:
      object.Set("type", "closed");
      break;
  }
  return object;
}

void EnsureThread(Napi::Env env, AddonData* data) {
  if (data->launches) return;
  if (!data->helper.fd.valid()) throw Napi::Error::New(env, "spawn before loadHelper");
  data->OpenEvents(env);
  auto launches = std::make_unique<LaunchThread>(
      ImageForThread(env, *data), [data](ProcessEvent event) { data->Post(std::move(event)); });
  const Status status = launches->Start();
  if (!status.ok()) {
    data->events.Release();
    throw ToError(env, status);
  }
  data->launches = std::move(launches);
}

// A directory in a command's hands is a way around every mount: what is opened through it is
// looked up in the host's view. The same holds for a descriptor that is only a place (O_PATH).
Status CheckStdio(int fd) {
  struct stat info;
  if (fstat(fd, &info) < 0) return {Stage::kLaunchStdio, errno};
  if (S_ISDIR(info.st_mode)) return {Stage::kLaunchStdio, EISDIR};
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || (flags & O_PATH) != 0) return {Stage::kLaunchStdio, EBADF};
  return Status::Ok();
}

// Copies: the caller closes its own.
std::vector<unique_fd> ToStdio(Napi::Value value) {
  const Napi::Env env = value.Env();
  if (!value.IsArray()) throw Napi::TypeError::New(env, "stdio: expected an array");
  const auto array = value.As<Napi::Array>();
  if (array.Length() > wire::kMaxStdio) throw ToError(env, {Stage::kLaunchStdio, EMFILE});
  std::vector<unique_fd> fds;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const int fd = ToInteger(array.Get(i), "stdio");
    fds.emplace_back();
    if (fd < 0) continue;
    const Status status = CheckStdio(fd);
    if (!status.ok()) throw ToError(env, status);
    fds.back().reset(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!fds.back().valid()) throw ToError(env, {Stage::kLaunchStdio, errno});
  }
  while (fds.size() < 3) fds.emplace_back();
  return fds;
}

Isolation ToIsolation(Napi::Value value) {
  const std::string name = ToText(value, "isolation");
  if (name == "command") return Isolation::kCommand;
  if (name == "session") return Isolation::kSession;
  if (name == "fresh") return Isolation::kFresh;
  throw Napi::TypeError::New(value.Env(), "isolation: unknown");
}

}  // namespace

unique_fd ImageForThread(Napi::Env env, const AddonData& data) {
  unique_fd image(fcntl(data.helper.fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!image.valid()) throw ToError(env, {Stage::kLaunchStdio, errno});
  return image;
}

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
  LaunchSpec spec;
  spec.plan = ToPreparedPlan(info[0]);
  spec.request = ToRequest(request);
  spec.isolation = ToIsolation(request.Get("isolation"));
  spec.stdio = ToStdio(request.Get("stdio"));
  spec.renews = ToOption(request.Get("renews"), "renews");
  const std::shared_ptr<Gate> gate = ToGate(request.Get("gate"));
  EnsureThread(env, data.get());

  const Napi::Object object = data->process_constructor.New({});
  auto* self = ProcessBinding::Unwrap(object);
  self->id_ = data->launches->Launch(std::move(spec), gate);
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
  const std::shared_ptr<const PreparedPlan> plan = ToPreparedPlan(info[0]);
  const auto deferred = Napi::Promise::Deferred::New(env);
  if (!data->launches) {
    deferred.Resolve(env.Undefined());
    return deferred.Promise();
  }
  data->closing_plans.emplace(data->launches->ClosePlan(plan->id), deferred);
  data->SetReferences(env, 1);
  return deferred.Promise();
}

void ProcessBinding::Deliver(ProcessEvent* event) {
  const Napi::Env env = Env();
  const Napi::HandleScope scope(env);
  const bool last = event->kind == ProcessEvent::Kind::kClosed;
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
  if (event->terminal.valid()) {
    argument.Set("terminal", MakeTerminalHandle(env, std::move(event->terminal)));
  }
  if (last) Unref();
  callback.Call({argument});
}

Napi::Value ProcessBinding::Pid(const Napi::CallbackInfo& info) {
  // Until the command is executed it may be started again.
  const pid_t pid = pid_ > 0 || closed_ ? pid_ : data_->launches->WaitForPid(id_);
  return pid > 0 ? Napi::Number::New(info.Env(), pid) : info.Env().Undefined();
}

Napi::Value ProcessBinding::Kill(const Napi::CallbackInfo& info) {
  const int signal = ToInteger(info[0], "signal");
  if (signal < 0 || signal > 64) throw Napi::RangeError::New(info.Env(), "signal: expected 0..64");
  if (!closed_ && signal != 0) data_->launches->Signal(id_, signal);
  return Napi::Boolean::New(info.Env(), !closed_);
}

Napi::Value ProcessBinding::End(const Napi::CallbackInfo& info) {
  if (!closed_) data_->launches->Signal(id_, wire::kEndSignal);
  return Napi::Boolean::New(info.Env(), !closed_);
}

void ProcessBinding::Proceed(const Napi::CallbackInfo& info) {
  const std::shared_ptr<Gate> gate = ToGate(info[0]);
  if (!closed_) data_->launches->Proceed(id_, gate);
}

void ProcessBinding::RefLoop(const Napi::CallbackInfo&) { SetReferenced(!closed_); }

void ProcessBinding::UnrefLoop(const Napi::CallbackInfo&) { SetReferenced(false); }

void ProcessBinding::SetReferenced(bool referenced) {
  if (referenced == referenced_) return;
  referenced_ = referenced;
  data_->SetReferences(Env(), referenced ? 1 : -1);
}

}  // namespace ringfence
