#include "linux/dispatcher.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "linux/epoll_cookie.h"
#include "linux/memory_file.h"
#include "linux/umask.h"
#include "linux/wire.h"

namespace ringfence {
namespace {

// EAGAIN: the other side has not read yet. ETOOMANYREFS: too many descriptors are on their way
// (unix(7)).
bool IsBusy(const Status& status) {
  return status.stage() == Stage::kLaunchSend &&
         (status.error() == EAGAIN || status.error() == ETOOMANYREFS);
}

bool IsGone(const Status& status) {
  return status.stage() == Stage::kLaunchSend &&
         (status.error() == EPIPE || status.error() == ECONNRESET);
}

Status FillStdio(std::vector<unique_fd>* stdio) {
  for (unique_fd& fd : *stdio) {
    if (fd.valid()) continue;
    fd.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!fd.valid()) return {Stage::kLaunchDevNull, errno};
  }
  return Status::Ok();
}

std::vector<int> Borrow(const std::vector<unique_fd>& fds) {
  std::vector<int> borrowed;
  borrowed.reserve(fds.size() + 1);
  for (const unique_fd& fd : fds) borrowed.push_back(fd.get());
  return borrowed;
}

}  // namespace

Dispatcher::Dispatcher(unique_fd image, Sink sink, PidSink pid_sink)
    : image_(std::move(image)),
      sink_(std::move(sink)),
      pid_sink_(std::move(pid_sink)),
      watches_([this](int fd, uint64_t plan) {
        return Register(fd, Cookie(plan, Source::kWatch)).ok();
      }) {}

Status Dispatcher::Open(int wake) {
  epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.valid()) return {Stage::kLaunchWatch, errno};
  return Register(wake, Cookie(0, Source::kWake));
}

Status Dispatcher::Register(int fd, uint64_t cookie) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = cookie;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) < 0) return {Stage::kLaunchWatch, errno};
  return Status::Ok();
}

Dispatcher::Launch* Dispatcher::FindLaunch(uint64_t id) {
  const auto found = launches_.find(id);
  return found == launches_.end() ? nullptr : found->second.get();
}

Dispatcher::Connection* Dispatcher::FindConnection(uint64_t id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

// When it fails `ours` is closed, which the process takes as the end of everything.
Status Dispatcher::Connect(Role role, uint64_t plan, unique_fd ours, Connection** added) {
  auto connection = std::make_unique<Connection>();
  connection->id = next_id_++;
  RINGFENCE_RETURN_IF_ERROR(Register(ours.get(), Cookie(connection->id, Source::kControl)));
  connection->role = role;
  connection->plan = plan;
  connection->control = std::move(ours);
  *added = connection.get();
  connections_[(*added)->id] = std::move(connection);
  return Status::Ok();
}

void Dispatcher::Start(uint64_t id, LaunchSpec spec) {
  auto launch = std::make_unique<Launch>();
  launch->id = id;
  launch->spec = std::move(spec);
  Launch* added = launch.get();
  launches_[id] = std::move(launch);
  if (!added->spec.held) Dispatch(added);
}

void Dispatcher::Proceed(uint64_t id, const Status& status) {
  Launch* launch = FindLaunch(id);
  if (launch == nullptr) return;  // killed meanwhile
  if (!launch->spec.held && !launch->waits) return;
  launch->spec.held = false;
  launch->waits = false;
  if (status.ok()) return Dispatch(launch);
  Fail(launch, {static_cast<uint32_t>(status.stage()), status.error(), status.path()});
  Finish(launch, 0);
}

// Nobody is left to report for a launch that has no process yet.
void Dispatcher::Signal(uint64_t id, int signal) {
  Launch* launch = FindLaunch(id);
  if (launch == nullptr) return;
  if (signal == SIGKILL) launch->killed = true;
  Connection* connection = FindConnection(launch->connection);
  if (connection == nullptr) {
    if (signal == SIGKILL) Finish(launch, 0);
    return;
  }
  // In a session the process behind the pidfd is not what has to end.
  const bool stands_alone =
      connection->role == Role::kSlot && launch->spec.isolation == Isolation::kCommand;
  if (signal == SIGKILL && stands_alone && connection->pidfd.valid()) {
    syscall(__NR_pidfd_send_signal, connection->pidfd.get(), SIGKILL, nullptr, 0);
    return;
  }
  const wire::Control control{signal};
  const int error = SendControl(connection->control.get(), &control, sizeof control);
  // Whoever does not take the message takes the end of its socket.
  if (signal == SIGKILL && error != 0) EndConnection(connection->id);
}

void Dispatcher::Dispatch(Launch* launch) {
  if (zygote_.IsOutdated()) {
    if (runners_.Find(launch->spec.plan->id, launch->spec.isolation) != nullptr) {
      Emit(ProcessEvent::Kind::kRebuild, launch->id,
           {static_cast<uint32_t>(Stage::kRunnerChanged), 0, {}});
    }
    RetireAll();
  }
  Status status = FillStdio(&launch->spec.stdio);
  if (status.ok()) {
    const bool fits = launch->spec.stdio.size() <= wire::kRunnerStdio;
    const bool runner = launch->spec.isolation != Isolation::kFresh && fits &&
                        launch->spec.plan->mode == wire::Mode::kNamespaces;
    launch->spec.request.umask = ReadUmask();
    status = runner ? StartInRunner(launch) : StartFresh(launch);
  }
  if (status.ok()) return;
  if (IsBusy(status)) {
    pending_.push_back(launch->id);
    return;
  }
  Fail(launch, {static_cast<uint32_t>(status.stage()), status.error(), {}});
  Finish(launch, 0);
}

void Dispatcher::DispatchPending() {
  std::deque<uint64_t> pending;
  pending.swap(pending_);
  for (const uint64_t id : pending) {
    Launch* launch = FindLaunch(id);
    if (launch != nullptr) Dispatch(launch);
  }
}

Status Dispatcher::LaunchSandbox(Role role, const PreparedPlan& plan, const RequestSpec& request,
                                 const std::vector<int>& stdio, Connection** added) {
  unique_fd request_file;
  RINGFENCE_RETURN_IF_ERROR(
      MakeMemoryFile("ringfence-request", EncodeRequest(request), Executable::kNo, &request_file));
  unique_fd ours;
  unique_fd theirs;
  RINGFENCE_RETURN_IF_ERROR(MakeControlSockets(&ours, &theirs));
  // First: a command that nothing can be heard of must not run.
  RINGFENCE_RETURN_IF_ERROR(Connect(role, plan.id, std::move(ours), added));
  Status status =
      zygote_.Launch(image_.get(), {stdio, theirs.get(), plan.file.get(), request_file.get()});
  if (!status.ok()) connections_.erase((*added)->id);
  return status;
}

Status Dispatcher::StartFresh(Launch* launch) {
  const LaunchSpec& spec = launch->spec;
  RequestSpec request = spec.request;
  request.poll = watches_.Hold(*spec.plan) == 0;
  Connection* connection = nullptr;
  RINGFENCE_RETURN_IF_ERROR(
      LaunchSandbox(Role::kLaunch, *spec.plan, request, Borrow(spec.stdio), &connection));
  connection->launch = launch->id;
  connection->started = true;
  launch->connection = connection->id;
  return Status::Ok();
}

Status Dispatcher::StartInRunner(Launch* launch) {
  // Twice: a slot or a runner that has died is found out by sending to it.
  for (int attempt = 0;; ++attempt) {
    const uint64_t epoch = watches_.Hold(*launch->spec.plan);
    TakeChanges(launch->spec.plan->id);
    Runner* runner = nullptr;
    RINGFENCE_RETURN_IF_ERROR(FindRunner(launch, epoch, &runner));
    Status status = StartInSlot(launch, epoch, runner);
    if (!IsGone(status) || attempt > 0) return status;
    Emit(ProcessEvent::Kind::kRebuild, launch->id,
         {static_cast<uint32_t>(status.stage()), status.error(), {}});
    Retire(runner);
  }
}

Status Dispatcher::StartInSlot(Launch* launch, uint64_t epoch, Runner* runner) {
  if (epoch == 0 || epoch != runner->watch_epoch) runner->look = true;
  runner->watch_epoch = epoch;
  Connection* slot = nullptr;
  RINGFENCE_RETURN_IF_ERROR(TakeSlot(runner, &slot));
  launch->spec.request.poll = epoch == 0;
  const bool look = epoch == 0 || slot->look || slot->watch_epoch != epoch;
  Status status = SendRequest(*launch, *slot, look);
  if (!status.ok()) {
    if (!IsGone(status)) runner->idle.push_front(slot->id);
    return status;
  }
  slot->launch = launch->id;
  slot->started = true;
  launch->connection = slot->id;
  runner->refills = true;
  runner->running++;
  runner->attached++;
  runner->last_used = Runner::Clock::now();
  if (slot->pid != 0) pid_sink_(launch->id, slot->pid);
  return status;
}

Status Dispatcher::SendRequest(const Launch& launch, const Connection& slot, bool look) {
  const LaunchSpec& spec = launch.spec;
  if (look) {
    const wire::Control control{wire::kRepairSignal};
    const int error = SendControl(slot.control.get(), &control, sizeof control);
    if (error != 0) return {Stage::kLaunchSend, error};
  }
  std::vector<int> fds = Borrow(spec.stdio);
  std::vector<char> request = EncodeRequest(spec.request);
  unique_fd file;
  if (request.size() > wire::kInlineRequestCapacity) {
    RINGFENCE_RETURN_IF_ERROR(MakeMemoryFile("ringfence-request", request, Executable::kNo, &file));
    fds.push_back(file.get());
    request.clear();
  }
  const auto stdio = static_cast<uint32_t>(spec.stdio.size());
  const int error = SendStart(slot.control.get(), stdio, fds, request);
  return error == 0 ? Status::Ok() : Status{Stage::kLaunchSend, error};
}

// The request is sent again once, unchanged, as long as the command cannot have run.
bool Dispatcher::MayRetry(const Launch& launch) const {
  return !launch.executed && !launch.killed && !launch.first_failure && !stopping_;
}

// A path that was there, or was held, when the plan was made. Not where bwrap has found that out:
// it has told so on the command's stderr.
bool Dispatcher::IsToRenew(const Launch& launch, const Failure& failure) {
  if (!launch.spec.renews || failure.error != ENOENT) return false;
  return std::string_view(StageName(failure.stage)).starts_with("linux.mount.");
}

void Dispatcher::Fail(Launch* launch, Failure failure) {
  launch->failed = true;
  ProcessEvent event;
  event.kind = ProcessEvent::Kind::kFailed;
  event.id = launch->id;
  event.failure = std::move(failure);
  event.cause = launch->first_failure;
  launch->terminal.reset();
  // The streams of the caller are to end.
  launch->spec.stdio.clear();
  sink_(std::move(event));
}

void Dispatcher::Finish(Launch* launch, pid_t pid) {
  ProcessEvent event;
  event.kind = ProcessEvent::Kind::kClosed;
  event.id = launch->id;
  event.pid = pid;
  pid_sink_(launch->id, pid);
  launches_.erase(launch->id);
  sink_(std::move(event));
}

void Dispatcher::Shutdown() {
  stopping_ = true;
  pending_.clear();
  // A launcher takes the end of its control socket as the end of its host.
  std::vector<uint64_t> ids;
  for (auto& [id, connection] : connections_) {
    connection->control.reset();
    connection->disconnected = true;
    ids.push_back(id);
  }
  for (const uint64_t id : ids) CloseIfDone(id);
}

int Dispatcher::TimeoutMs() const {
  if (stopping_) return 100;
  if (!pending_.empty() || !runners_.Lacking().empty()) return 1;
  if (!watches_.empty()) {
    return static_cast<int>(std::chrono::milliseconds(PlanWatches::kIdle).count());
  }
  if (runners_.empty()) return -1;
  return static_cast<int>(std::chrono::milliseconds(RunnerPool::kIdle).count());
}

}  // namespace ringfence
