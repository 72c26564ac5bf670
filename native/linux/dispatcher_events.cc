// What a dispatcher learns of its processes.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "linux/dispatcher.h"
#include "linux/epoll_cookie.h"

namespace ringfence {
namespace {

Failure FailureOf(const wire::Report& report) {
  return {report.stage, report.error, std::string(report.path, report.path_length)};
}

ProcessEvent ExitOf(uint64_t id, const wire::Report& report) {
  ProcessEvent event;
  event.kind = ProcessEvent::Kind::kExited;
  event.id = id;
  event.wait_status = report.wait_status;
  event.user_us = report.user_us;
  event.system_us = report.system_us;
  event.max_rss_bytes = report.max_rss_bytes;
  event.wall_us = report.wall_us;
  return event;
}

ProcessEvent LimitOf(uint64_t id, const wire::Report& report) {
  ProcessEvent event;
  event.kind = ProcessEvent::Kind::kLimit;
  event.id = id;
  event.limit = report.limit;
  event.limit_value = report.limit_value;
  event.limit_used = report.limit_used;
  return event;
}

// Of the command, whatever the runner looks like.
bool IsOfTheCommand(const Failure& failure) {
  const auto stage = static_cast<Stage>(failure.stage);
  return stage == Stage::kExec || stage == Stage::kCommandChdir;
}

}  // namespace

void Dispatcher::Serve() {
  epoll_event events[64];
  const int count = epoll_wait(epoll_.get(), events, 64, TimeoutMs());
  for (int i = 0; i < count; ++i) Handle(events[i].data.u64);
  DispatchPending();
  if (count == 0) {
    for (Runner* runner : runners_.Lacking()) Refill(runner);
  }
  watches_.DropIdle([this](uint64_t plan) {
    for (const auto& [id, connection] : connections_) {
      if (connection->plan == plan && connection->launch != 0) return true;
    }
    return false;
  });
  EndSurplus();
}

void Dispatcher::Handle(uint64_t cookie) {
  const uint64_t id = CookieId(cookie);
  switch (CookieSource(cookie)) {
    case Source::kControl:
      return ReadReports(id);
    case Source::kPidfd:
      return TakeEnd(id);
    case Source::kWatch:
      return TakeChanges(id);
    case Source::kWake:
      return;
  }
}

void Dispatcher::ReadReports(uint64_t id) {
  for (;;) {
    Connection* connection = FindConnection(id);
    if (connection == nullptr || !connection->control.valid()) return;
    ReceivedReport received;
    ReceiveReport(connection->control.get(), &received);
    if (received.state == ReceivedReport::State::kNothing) return;
    if (received.state == ReceivedReport::State::kGone) {
      connection->control.reset();
      connection->disconnected = true;
      return CloseIfDone(id);
    }
    TakeReport(connection, &received);
  }
}

void Dispatcher::TakeReport(Connection* connection, ReceivedReport* received) {
  const wire::Report& report = received->report;
  Launch* launch = FindLaunch(connection->launch);
  switch (report.kind) {
    case wire::ReportKind::kReady:
      return TakePid(connection, received);
    case wire::ReportKind::kFailed:
      return TakeFailure(connection, report);
    case wire::ReportKind::kExecuting:
      if (launch != nullptr) TakeExecution(launch, received);
      return;
    case wire::ReportKind::kSpawned:
      return TakeSpawn(connection);
    case wire::ReportKind::kGone:
      if (launch == nullptr) return;
      LeaveRunner(connection);
      connection->launch = 0;
      return LoseLaunch(launch, *connection);
    case wire::ReportKind::kLimit:
      if (launch != nullptr) sink_(LimitOf(launch->id, report));
      return;
    case wire::ReportKind::kExited:
      if (launch == nullptr) return;
      launch->executed = true;
      return sink_(ExitOf(launch->id, report));
  }
}

void Dispatcher::TakePid(Connection* connection, ReceivedReport* received) {
  connection->pid = received->sender;
  connection->pidfd = std::move(received->fd);
  // Without it, the end of the control socket is the end.
  if (!Register(connection->pidfd.get(), Cookie(connection->id, Source::kPidfd)).ok()) {
    connection->pidfd.reset();
  }
  if (connection->launch != 0) pid_sink_(connection->launch, connection->pid);
}

void Dispatcher::TakeExecution(Launch* launch, ReceivedReport* received) {
  launch->executed = true;
  launch->spec.stdio.clear();
  launch->terminal = std::move(received->fd);
  if (launch->spec.request.columns == 0 || launch->terminal.valid()) return;
  // The kernel drops what there is no number for (MSG_CTRUNC).
  Fail(launch, {static_cast<uint32_t>(Stage::kTerminalReceive), EMFILE, {}});
  Signal(launch->id, SIGKILL);
}

void Dispatcher::TakeSpawn(Connection* connection) {
  Launch* launch = FindLaunch(connection->launch);
  if (launch != nullptr && !launch->failed) {
    ProcessEvent event;
    event.kind = ProcessEvent::Kind::kSpawned;
    event.id = launch->id;
    event.pid = connection->pid;
    event.terminal = std::move(launch->terminal);
    sink_(std::move(event));
  }
  Runner* runner = runners_.Get(connection->runner);
  // Not now when there is another: making a slot would compete with the command.
  if (runner != nullptr && runner->idle.empty()) Refill(runner);
}

void Dispatcher::TakeFailure(Connection* connection, const wire::Report& report) {
  Failure failure = FailureOf(report);
  if (connection->role == Role::kRunner) {
    Runner* runner = runners_.Get(connection->id);
    if (runner == nullptr) return;
    runner->failure = std::move(failure);
    return Retire(runner);
  }
  Launch* launch = FindLaunch(connection->launch);
  // The first failure counts: what follows is its consequence.
  if (launch == nullptr || launch->failed || launch->retry) return;
  const bool stale =
      connection->role == Role::kSlot && !IsOfTheCommand(failure) && !launch->rebuilt;
  if ((stale || IsToRenew(*launch, failure)) && MayRetry(*launch)) {
    launch->retry = std::move(failure);
  } else {
    Fail(launch, std::move(failure));
  }
}

void Dispatcher::TakeEnd(uint64_t id) {
  Connection* connection = FindConnection(id);
  if (connection == nullptr || connection->ended) return;
  connection->ended = true;
  connection->pidfd.reset();
  // Whoever still has the other end is to take it as the end of everything.
  if (connection->control.valid()) shutdown(connection->control.get(), SHUT_WR);
  ReadReports(id);
  CloseIfDone(id);
}

void Dispatcher::CloseIfDone(uint64_t id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  if (!found->second->disconnected || found->second->pidfd.valid()) return;
  const std::unique_ptr<Connection> connection = std::move(found->second);
  connections_.erase(found);
  if (connection->role == Role::kRunner) runners_.Remove(id);
  if (Launch* launch = FindLaunch(connection->launch)) LoseLaunch(launch, *connection);
  Runner* runner = runners_.Get(connection->runner);
  if (runner != nullptr && connection->started) {
    if (connection->launch != 0) LeaveRunner(connection.get());
    runner->attached--;
  }
  AnnounceClosedPlans();
}

// The command of a slot has ended.
void Dispatcher::LeaveRunner(Connection* connection) {
  Runner* runner = runners_.Get(connection->runner);
  if (runner == nullptr) return;
  runner->running--;
  runner->last_used = Runner::Clock::now();
  if (runner->retired && runner->running == 0) EndConnection(runner->id);
}

// The processes of a launch are gone.
void Dispatcher::LoseLaunch(Launch* launch, const Connection& connection) {
  launch->connection = 0;
  Runner* runner = runners_.Get(connection.runner);
  if (!launch->executed && !launch->failed && !launch->retry && !launch->killed) {
    Failure lost{static_cast<uint32_t>(Stage::kHelperLost), 0, {}};
    if (runner != nullptr && runner->failure) lost = *runner->failure;
    const bool reported = lost.stage != static_cast<uint32_t>(Stage::kHelperLost);
    const bool again = !reported || !launch->rebuilt || IsToRenew(*launch, lost);
    if (MayRetry(*launch) && again) {
      launch->retry = std::move(lost);
    } else {
      Fail(launch, std::move(lost));
    }
  }
  if (!launch->retry || launch->killed || stopping_) return Finish(launch, connection.pid);
  launch->first_failure = std::move(launch->retry);
  launch->retry.reset();
  launch->waits = IsToRenew(*launch, *launch->first_failure);
  // Who asks for the pid must not wait for one that waits for him.
  pid_sink_(launch->id, launch->waits ? 0 : -1);
  Emit(ProcessEvent::Kind::kRetry, launch->id, *launch->first_failure);
  if (runner != nullptr && !runner->retired) Retire(runner);
  if (!launch->waits) Dispatch(launch);
}

void Dispatcher::AnnounceClosedPlans() {
  for (auto closing = closing_.begin(); closing != closing_.end();) {
    bool busy = false;
    for (const auto& [id, connection] : connections_) busy |= connection->plan == closing->plan;
    if (busy) {
      ++closing;
      continue;
    }
    Emit(ProcessEvent::Kind::kPlanClosed, closing->event_id, {});
    closing = closing_.erase(closing);
  }
}

void Dispatcher::TakeChanges(uint64_t plan_id) {
  if (!watches_.Changed(plan_id)) return;
  const wire::Control look{wire::kRepairSignal};
  for (auto& [id, connection] : connections_) {
    if (connection->plan != plan_id || !connection->control.valid()) continue;
    if (connection->role == Role::kRunner) {
      if (Runner* runner = runners_.Get(id)) runner->look = true;
    } else if (connection->launch == 0) {
      connection->look = true;  // without a command nobody holds the places of missing paths
    } else {
      SendControl(connection->control.get(), &look, sizeof look);
    }
  }
}

void Dispatcher::Emit(ProcessEvent::Kind kind, uint64_t id, const Failure& failure) {
  ProcessEvent event;
  event.kind = kind;
  event.id = id;
  event.failure = failure;
  sink_(std::move(event));
}

}  // namespace ringfence
