#include "linux/launcher/keeper.h"

#include <linux/errno.h>
#include <linux/poll.h>
#include <linux/resource.h>
#include <linux/wait.h>

#include "linux/launcher/capabilities.h"
#include "linux/launcher/clock.h"
#include "linux/launcher/descendants.h"
#include "linux/launcher/limits.h"
#include "linux/launcher/reopen.h"
#include "linux/launcher/session.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/terminal.h"

namespace ringfence {
namespace {

constexpr int kSigKill = 9;
constexpr int kSigChild = 17;

[[noreturn]] void EndEverything(const Keeper* keeper) {
  KillOwn(*keeper);
  if (keeper->launch.plan->mode == wire::Mode::kLandlock) KillDescendants();
  sys::Exit(0);
}

void Forward(Keeper* keeper, int signal) {
  // Landlock mode: the death signal. Everything must end with the supervisor.
  if (keeper->parent != 0 && sys::Call(__NR_getppid) != keeper->parent) EndEverything(keeper);
  if (signal != kSigChild && keeper->child > 0) sys::Call(__NR_kill, keeper->child, signal);
}

void ReportEnd(Keeper* keeper, int status, const struct rusage& usage) {
  if (!keeper->running) return;
  keeper->usage.Ended(status, &usage);
  ReportExit(keeper->launch, status, &usage, MonotonicUs() - keeper->started_us);
}

// Everything at once, so that what still runs cannot use the gap. Only PID 1 of the command's own
// namespace reaches the command and nothing else by that. In Landlock mode the supervisor ends what
// the command leaves.
void KillAll(Keeper* keeper) {
  constexpr long kEveryProcess = -1;
  if (keeper->command.session != nullptr) return KillOwn(*keeper);
  keeper->killed_all = sys::Call(__NR_getpid) == 1;
  if (keeper->killed_all) {
    sys::Call(__NR_kill, kEveryProcess, kSigKill);
  } else if (keeper->child > 0) {
    sys::Call(__NR_kill, keeper->child, kSigKill);
  }
}

// Milliseconds until the first of both, -1: never.
int Earlier(int a, int b) {
  if (a < 0 || b < 0) return a < 0 ? b : a;
  return a < b ? a : b;
}

// True when the command has ended; after KillAll() in a pid namespace, when everything has, and the
// usage is that of everything.
bool Reap(Keeper* keeper) {
  for (;;) {
    int status = 0;
    struct rusage usage;
    const long pid =
        sys::Call(__NR_wait4, -1, sys::Address(&status), WNOHANG | __WALL, sys::Address(&usage));
    if (pid == -ECHILD && keeper->killed_all) {
      constexpr int kChildren = -1;
      sys::Call(__NR_getrusage, kChildren, sys::Address(&usage));
      ReportEnd(keeper, keeper->killed_status, usage);
      return true;
    }
    if (pid <= 0) return false;
    keeper->broker.Reaped(pid);
    if (pid != keeper->child) continue;
    keeper->child = 0;
    if (keeper->terminal >= 0) sys::Close(keeper->terminal);
    keeper->killed_status = status;
    if (keeper->killed_all) continue;
    ReportEnd(keeper, status, usage);
    return true;
  }
}

void HandleListener(Keeper* keeper, short events) {
  if ((events & POLLIN) != 0) {
    keeper->broker.Handle(keeper->command.listener);
  } else if (events != 0) {
    sys::Close(keeper->command.listener);  // no process with the filter is left
    keeper->command.listener = -1;
  }
}

// Gives the command its streams, and the addon our side of the terminal, if there is one.
Outcome HandOver(Keeper* keeper) {
  const CommandState& command = keeper->command;
  RINGFENCE_TRY(ReopenInput(keeper->launch, command.stdio));
  if (keeper->launch.dry_run()) return {};
  if (!keeper->launch.terminal()) return ReportExecuting(keeper->launch, -1);
  Terminal terminal;
  const int directory = command.session == nullptr ? -1 : command.session->terminals;
  RINGFENCE_TRY(OpenTerminal(keeper->launch, directory, &terminal));
  keeper->terminal = terminal.slave;
  const Outcome outcome = ReportExecuting(keeper->launch, terminal.master);
  sys::Close(terminal.master);
  return outcome;
}

}  // namespace

void KillOwn(const Keeper& keeper) {
  if (keeper.command.session != nullptr && keeper.child > 0) {
    sys::Call(__NR_kill, -keeper.child, kSigKill);
  }
}

Outcome Prepare(Keeper* keeper) {
  // In a session the pid namespace is not the command's own; such limits are not planned then.
  if (keeper->command.session == nullptr) {
    RINGFENCE_TRY(LimitProcessNumbers(keeper->launch));
    RINGFENCE_TRY(keeper->usage.Open());
  }
  RINGFENCE_TRY(OpenSignals(&keeper->signals));
  keeper->command.launch = &keeper->launch;
  keeper->child = StartCommand(&keeper->command);
  return Check(Stage::kInitClone, keeper->child);
}

Outcome Execute(Keeper* keeper) {
  RINGFENCE_TRY(HandOver(keeper));
  ReleaseCommand(&keeper->command);
  RINGFENCE_TRY(keeper->command.outcome);
  keeper->running = true;
  keeper->started_us = MonotonicUs();
  if (keeper->launch.plan->mode == wire::Mode::kNamespaces) {
    // What opening a path for the command must not be helped by.
    RINGFENCE_TRY(KeepInitCapabilities());
  }
  // Only the command has an interest in its own descriptors now: end of file must be its doing.
  sys::CloseRange(0, static_cast<unsigned>(keeper->command.stdio) - 1, 0);
  if (!keeper->launch.dry_run()) ReportSpawned(keeper->launch);
  return {};
}

Outcome HandleSignal(Keeper* keeper, int signal) {
  if (signal == wire::kRepairSignal) return keeper->watch.Changed();
  if (signal == wire::kEndSignal) {
    KillAll(keeper);
  } else {
    Forward(keeper, signal);
  }
  return {};
}

Outcome ServeOnce(Keeper* keeper, bool* ended, bool* control_ready) {
  Watch& watch = keeper->watch;
  const int listener = keeper->running ? keeper->command.listener : -1;
  const int wait_ms =
      Earlier(watch.timeout_ms(), keeper->running ? keeper->usage.timeout_ms() : -1);
  const short control_events = keeper->reads_control ? POLLIN : POLLRDHUP;
  pollfd polled[3] = {{keeper->signals, POLLIN, 0},
                      {listener, POLLIN, 0},
                      {keeper->launch.control(), control_events, 0}};
  struct {
    long seconds;
    long nanoseconds;
  } const timeout = {wait_ms / 1000, wait_ms % 1000 * 1000000L};
  const long ready = sys::Call(__NR_ppoll, sys::Address(polled), 3,
                               wait_ms >= 0 ? sys::Address(&timeout) : 0, 0, 8);
  if (ready < 0 && ready != -EINTR) return Check(Stage::kSupervisorPoll, ready);
  RINGFENCE_TRY(watch.TimeUp());
  if (keeper->running && keeper->usage.Exceeded()) KillAll(keeper);
  HandleListener(keeper, polled[1].revents);
  *control_ready = (polled[2].revents & POLLIN) != 0;
  if (polled[2].revents != 0 && !*control_ready) EndEverything(keeper);
  if (polled[0].revents == 0) return {};
  // One of them: a command that sends signals without end must not keep the rest waiting.
  if (const int signal = NextSignal(keeper->signals)) RINGFENCE_TRY(HandleSignal(keeper, signal));
  *ended = Reap(keeper);
  return {};
}

}  // namespace ringfence
