#include "linux/launcher/init.h"

#include <linux/errno.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "linux/launcher/broker.h"
#include "linux/launcher/capabilities.h"
#include "linux/launcher/command.h"
#include "linux/launcher/descendants.h"
#include "linux/launcher/id_map.h"
#include "linux/launcher/identities.h"
#include "linux/launcher/landlock.h"
#include "linux/launcher/loopback.h"
#include "linux/launcher/mount/view.h"
#include "linux/launcher/reopen.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/watch.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence {
namespace {

constexpr int kSigKill = 9;
constexpr int kSigTerm = 15;
constexpr int kSigChild = 17;

struct Init {
  const Launch& launch;
  const InitOptions& options;
  mount::Masks masks;
  Watch watch;
  CommandState command;
  Broker broker;
  int signals = -1;
  long parent = 0;
  long child = 0;
};

// Every bind's source is held open while the view is built; the command gets its limit back.
void RaiseOpenFiles(Init* init) {
  rlimit64 limit;
  if (sys::Call(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, sys::Address(&limit)) < 0) return;
  if (limit.rlim_cur >= limit.rlim_max) return;
  init->command.open_files = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  sys::Call(__NR_prlimit64, 0, RLIMIT_NOFILE, sys::Address(&limit), 0);
}

Outcome MapIds(Init* init) {
  switch (init->launch.plan->id_map) {
    case wire::IdMap::kNone:
      return {};
    case wire::IdMap::kSingle:
      return MapOwnIds(init->options.uid, init->options.gid);
    case wire::IdMap::kFull: {
      char byte = 0;
      const long size = sys::Read(init->options.sync, &byte, 1);
      sys::Close(init->options.sync);
      // End of file: the supervisor failed, and has reported it.
      return size == 1 ? Outcome{} : Outcome{Stage::kSupervisorSync, EPIPE, nullptr};
    }
  }
  return {Stage::kHelperProtocol, EINVAL, nullptr};
}

Outcome SetUpNamespaces(Init* init) {
  RINGFENCE_TRY(Check(Stage::kInitDeathSignal, sys::Prctl(PR_SET_PDEATHSIG, kSigKill)));
  RINGFENCE_TRY(MapIds(init));
  RaiseOpenFiles(init);
  RINGFENCE_TRY(mount::BuildView(init->launch, &init->masks));
  // The directory of the host's process lies below what was mounted since.
  RINGFENCE_TRY(Check(Stage::kMountChdir, sys::Call(__NR_chdir, sys::Address("/")), "/"));
  if ((init->launch.plan->flags & wire::kPlanLoopback) == 0) return {};
  return RaiseLoopback();
}

Outcome SetUpLandlock() {
  RINGFENCE_TRY(Check(Stage::kInitDeathSignal, sys::Prctl(PR_SET_PDEATHSIG, kSigTerm)));
  return Check(Stage::kSupervisorSubreaper, sys::Prctl(PR_SET_CHILD_SUBREAPER, 1));
}

Outcome SetUp(Init* init) {
  switch (init->launch.plan->mode) {
    case wire::Mode::kNamespaces:
      RINGFENCE_TRY(SetUpNamespaces(init));
      break;
    case wire::Mode::kBubblewrap:
      RINGFENCE_TRY(CompareIdentities(init->launch));
      RINGFENCE_TRY(init->watch.Repair());
      break;
    case wire::Mode::kLandlock:
      RINGFENCE_TRY(SetUpLandlock());
      break;
  }
  if ((init->launch.plan->flags & wire::kPlanLandlock) != 0) {
    RINGFENCE_TRY(MakeRuleset(init->launch, &init->command.ruleset));
  }
  // The command must not trace this process or read its memory and descriptors.
  RINGFENCE_TRY(Check(Stage::kInitDumpable, sys::Prctl(PR_SET_DUMPABLE, 0)));
  return OpenSignals(&init->signals);
}

// CLONE_VFORK: this process stands still until the command is executed or has failed, so the
// outcome is known without a pipe. CLONE_FILES: the listener of the command's seccomp filter is
// made in a table that both share; execve(2) gives the command its own (close-on-exec applies).
__attribute__((noinline)) Outcome StartCommand(Init* init) {
  init->command.launch = &init->launch;
  const long flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | kSigChild;
  const long pid = sys::Call(__NR_clone, flags, 0, 0, 0, 0);
  if (pid == 0) {
    RunCommand(&init->command);
    for (;;) sys::Call(__NR_exit, 127);
  }
  RINGFENCE_TRY(Check(Stage::kInitClone, pid));
  init->child = pid;
  return init->command.outcome;
}

void Forward(Init* init, int signal) {
  // Landlock mode: the death signal. Everything must end with the supervisor.
  if (init->parent != 0 && sys::Call(__NR_getppid) != init->parent) {
    KillDescendants();
    sys::Exit(0);
  }
  if (signal != kSigChild) sys::Call(__NR_kill, init->child, signal);
}

// True when the command has ended.
bool Reap(Init* init) {
  for (;;) {
    int status = 0;
    struct rusage usage;
    const long pid =
        sys::Call(__NR_wait4, -1, sys::Address(&status), WNOHANG | __WALL, sys::Address(&usage));
    if (pid <= 0) return false;
    init->broker.Reaped(pid);
    if (pid != init->child) continue;
    ReportExit(init->launch, status, &usage);
    return true;
  }
}

// Until the command has ended or a protection is lost.
Outcome Serve(Init* init) {
  Watch& watch = init->watch;
  // Whoever was here before, bwrap, took no notice of signals to look.
  if (init->launch.plan->mode == wire::Mode::kBubblewrap) RINGFENCE_TRY(watch.Repair());
  for (;;) {
    const bool timed = watch.timeout_ms() >= 0;
    pollfd polled[2] = {{init->signals, POLLIN, 0}, {init->command.listener, POLLIN, 0}};
    struct {
      long seconds;
      long nanoseconds;
    } timeout = {0, watch.timeout_ms() * 1000000L};
    const long ready =
        sys::Call(__NR_ppoll, sys::Address(polled), 2, timed ? sys::Address(&timeout) : 0, 0, 8);
    if (ready < 0 && ready != -EINTR) return Check(Stage::kSupervisorPoll, ready);
    if (ready == 0) RINGFENCE_TRY(watch.TimeUp());
    if ((polled[1].revents & POLLIN) != 0) {
      init->broker.Handle(init->command.listener);
    } else if (polled[1].revents != 0) {
      sys::Close(init->command.listener);  // no process with the filter is left
      init->command.listener = -1;
    }
    if (polled[0].revents == 0) continue;
    while (const int signal = NextSignal(init->signals)) {
      if (signal == wire::kRepairSignal) {
        RINGFENCE_TRY(watch.Changed());
      } else {
        Forward(init, signal);
      }
    }
    if (Reap(init)) return {};
  }
}

Outcome Run(Init* init) {
  RINGFENCE_TRY(SetUp(init));
  RINGFENCE_TRY(ReopenInput(init->launch));
  RINGFENCE_TRY(StartCommand(init));
  if (init->launch.plan->mode == wire::Mode::kNamespaces) {
    // What opening a path for the command must not be helped by.
    RINGFENCE_TRY(KeepInitCapabilities());
  }
  // Only the command has an interest in its own descriptors now: end of file must be its doing.
  sys::CloseRange(0, static_cast<unsigned>(init->launch.stdio) - 1, 0);
  if (!init->launch.dry_run()) ReportSpawned(init->launch);
  const Outcome outcome = Serve(init);
  init->watch.RemoveStubs();
  return outcome;
}

}  // namespace

void RunInit(const Launch& launch, const InitOptions& options) {
  const bool can_mount = launch.plan->mode == wire::Mode::kNamespaces;
  Init init{launch, options,        {}, Watch(launch, can_mount ? &init.masks : nullptr),
            {},     Broker(launch), -1, 0,
            0};
  if (launch.plan->mode == wire::Mode::kLandlock) init.parent = sys::Call(__NR_getppid);
  const Outcome outcome = Run(&init);
  if (!outcome.ok()) ReportFailure(launch, outcome);
  sys::Exit(outcome.ok() ? 0 : 1);
}

}  // namespace ringfence
