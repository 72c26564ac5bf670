#include "linux/launcher/supervisor.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/wait.h>

#include "linux/launcher/bubblewrap.h"
#include "linux/launcher/clone_process.h"
#include "linux/launcher/descendants.h"
#include "linux/launcher/id_map.h"
#include "linux/launcher/init.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/unix_diag.h"

namespace ringfence {
namespace {

constexpr int kSigKill = 9;
constexpr int kSigChild = 17;

struct Supervisor {
  const Launch& launch;
  InitOptions options;
  int signals = -1;
  long child = 0;
  BubblewrapStatus bubblewrap;
};

Outcome StartInit(Supervisor* supervisor) {
  const Launch& launch = supervisor->launch;
  int sync[2] = {-1, -1};
  if (launch.plan->id_map == wire::IdMap::kFull) {
    RINGFENCE_TRY(
        Check(Stage::kSupervisorSync, sys::Call(__NR_pipe2, sys::Address(sync), O_CLOEXEC)));
  }
  const long pid = CloneProcess(launch.plan->clone_flags);
  if (pid == 0) {
    if (sync[1] >= 0) sys::Close(sync[1]);
    sys::Close(supervisor->signals);
    supervisor->options.sync = sync[0];
    RunInit(launch, supervisor->options);
  }
  RINGFENCE_TRY(Check(Stage::kNamespaceClone, pid));
  supervisor->child = pid;
  if (sync[0] < 0) return {};
  sys::Close(sync[0]);
  Outcome outcome = MapFullRange(static_cast<int>(pid));
  if (outcome.ok()) outcome = Check(Stage::kSupervisorSync, sys::Write(sync[1], "x", 1));
  sys::Close(sync[1]);
  return outcome;
}

// Before the namespaces are made, since it is about the host's. Without it the broker refuses what
// it cannot tell apart.
void OpenHostDiag(const Launch& launch) {
  if ((launch.plan->flags & wire::kPlanBroker) == 0) return;
  const long opened = OpenUnixDiag();
  if (opened < 0 || opened == launch.host_diag()) return;
  sys::Call(__NR_dup3, opened, launch.host_diag(), O_CLOEXEC);
  sys::Close(static_cast<int>(opened));
}

Outcome Start(Supervisor* supervisor) {
  const Launch& launch = supervisor->launch;
  supervisor->options.uid = static_cast<unsigned>(sys::Call(__NR_geteuid));
  supervisor->options.gid = static_cast<unsigned>(sys::Call(__NR_getegid));
  RINGFENCE_TRY(Check(Stage::kSupervisorSession, sys::Call(__NR_setsid)));
  RINGFENCE_TRY(ReportReady(launch));
  OpenHostDiag(launch);
  RINGFENCE_TRY(OpenSignals(&supervisor->signals));
  switch (launch.plan->mode) {
    case wire::Mode::kNamespaces:
      return StartInit(supervisor);
    case wire::Mode::kLandlock:
      RINGFENCE_TRY(Check(Stage::kSupervisorSubreaper, sys::Prctl(PR_SET_CHILD_SUBREAPER, 1)));
      return StartInit(supervisor);
    case wire::Mode::kBubblewrap:
      // What bwrap has cloned does not die with it until it has asked for that.
      RINGFENCE_TRY(Check(Stage::kSupervisorSubreaper, sys::Prctl(PR_SET_CHILD_SUBREAPER, 1)));
      return StartBubblewrap(launch, &supervisor->bubblewrap, &supervisor->child);
  }
  return {Stage::kHelperProtocol, EINVAL, nullptr};
}

// SIGKILL ends the tree; everything else is for the init, which hands it to the command.
void Signal(Supervisor* supervisor, int signal) {
  long target = supervisor->child;
  if (supervisor->launch.plan->mode == wire::Mode::kBubblewrap && signal != kSigKill) {
    if (const long init = BubblewrapChild(&supervisor->bubblewrap)) {
      target = init;
    } else if (signal == wire::kRepairSignal || signal == wire::kEndSignal) {
      return;  // bwrap would end by it; the init looks once by itself
    }
  }
  sys::Call(__NR_kill, target, signal);
}

// False when the addon is gone.
bool ReadControl(Supervisor* supervisor) {
  if (supervisor->launch.runner()) return false;
  wire::Control control;
  const long size = sys::Read(supervisor->launch.control(), &control, sizeof control);
  if (size != static_cast<long>(sizeof control)) return size == -EAGAIN || size == -EINTR;
  Signal(supervisor, control.signal);
  return true;
}

// Until the child has ended. Returns its wait status.
int Serve(Supervisor* supervisor) {
  bool connected = true;
  for (;;) {
    int status = 0;
    const long pid =
        sys::Call(__NR_wait4, supervisor->child, sys::Address(&status), WNOHANG | __WALL, 0);
    if (pid != 0) return status;
    // The messages for a runner are the init's.
    const short events = supervisor->launch.runner() ? 0 : POLLIN;
    pollfd polled[2] = {{supervisor->signals, POLLIN, 0},
                        {connected ? supervisor->launch.control() : -1, events, 0}};
    sys::Call(__NR_ppoll, sys::Address(polled), 2, 0, 0, 8);
    while (const int signal = NextSignal(supervisor->signals)) {
      if (signal != kSigChild) Signal(supervisor, signal);
    }
    if (connected && polled[1].revents != 0 && !ReadControl(supervisor)) {
      connected = false;
      Signal(supervisor, kSigKill);
    }
  }
}

}  // namespace

void RunSupervisor(const Launch& launch) {
  Supervisor supervisor{launch, {}, -1, 0, {}};
  const Outcome outcome = Start(&supervisor);
  if (!outcome.ok()) {
    if (supervisor.child > 0) sys::Call(__NR_kill, supervisor.child, kSigKill);
    ReportFailure(launch, outcome);
  }
  if (supervisor.child <= 0) sys::Exit(1);
  sys::CloseRange(0, static_cast<unsigned>(launch.stdio) - 1, 0);
  const int status = Serve(&supervisor);
  if (launch.plan->mode != wire::Mode::kNamespaces) KillDescendants();
  if (launch.plan->mode == wire::Mode::kBubblewrap && outcome.ok()) {
    FinishBubblewrap(launch, &supervisor.bubblewrap, status);
  }
  sys::Exit(0);
}

}  // namespace ringfence
