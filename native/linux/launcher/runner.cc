#include "linux/launcher/runner.h"

#include <linux/errno.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "linux/launcher/clone_process.h"
#include "linux/launcher/message.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/slot.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/watch.h"

namespace ringfence {
namespace {

struct Runner {
  const Launch& launch;
  SlotOptions options;
  MountNamespaces mounts;
};

// False when the session has ended, and with it all its commands.
bool ReapAll(Runner* runner) {
  for (;;) {
    int status = 0;
    const long pid = sys::Call(__NR_wait4, -1, sys::Address(&status), WNOHANG | __WALL, 0);
    if (pid <= 0) return true;
    const Session* session = runner->options.session;
    if (session != nullptr && pid == session->pid) return false;
    runner->mounts.Ended(pid, status);
  }
}

// To the addon, on the slot's own socket.
void ReportLost(const Launch& launch, int socket, const Outcome& outcome) {
  Launch slot = launch;
  slot.control_fd = socket;
  ReportFailure(slot, outcome);
}

void MakeSlot(Runner* runner, int socket) {
  const Launch& launch = runner->launch;
  SlotOptions options = runner->options;
  uint64_t own = 0;
  if (options.session == nullptr) {
    options.mounts = runner->mounts.Take();
    own = launch.plan->clone_flags & (CLONE_NEWPID | CLONE_NEWIPC);
    if (options.mounts.fd < 0) own |= CLONE_NEWNS;
  }
  const long pid = CloneProcess(own);
  if (pid == 0) RunSlot(launch, options, socket);
  const Outcome outcome = Check(Stage::kRunnerClone, pid);
  if (!outcome.ok()) return ReportLost(launch, socket, outcome);
  runner->mounts.Started(options.mounts, pid);
}

union RunnerMessage {
  wire::Start start;
  wire::Control control;
};

// The host has changed something: the slots to come are to have it right.
Outcome Look(Runner* runner) {
  if (runner->options.session != nullptr) return RepairSession(*runner->options.session);
  runner->mounts.Forget();
  return Watch(runner->launch, runner->options.masks, Watch::MissingStubs::kLeave).Repair();
}

Outcome ReadControl(Runner* runner, bool* connected) {
  RunnerMessage received;
  Message message;
  ReceiveMessage(runner->launch.control(), &received, sizeof received, &message);
  *connected = message.size != 0;
  RINGFENCE_TRY(Check(Stage::kRunnerReceive, message.size));
  if (!*connected) return {};
  if (message.size == static_cast<long>(sizeof(wire::Control))) return Look(runner);
  if (received.start.magic != wire::kStartMagic || message.fd_count != 1) {
    return {Stage::kHelperProtocol, EINVAL, nullptr};
  }
  MakeSlot(runner, message.fds[0]);
  CloseDescriptors(&message);
  return {};
}

// Until the addon is gone.
Outcome Serve(Runner* runner) {
  SlotOptions& options = runner->options;
  Session session;
  if ((runner->launch.request->flags & wire::kRequestSession) != 0) {
    RINGFENCE_TRY(StartSession(runner->launch, options.masks, &session));
    options.session = &session;
  }
  RINGFENCE_TRY(OpenSignals(&options.signals));
  runner->mounts.Open();
  bool connected = true;
  while (connected) {
    pollfd polled[2] = {{options.signals, POLLIN, 0}, {runner->launch.control(), POLLIN, 0}};
    const long ready = sys::Call(__NR_ppoll, sys::Address(polled), 2, 0, 0, 8);
    if (ready < 0 && ready != -EINTR) return Check(Stage::kSupervisorPoll, ready);
    while (NextSignal(options.signals) != 0) {
    }
    if (!ReapAll(runner)) return {Stage::kRunnerSession, ECHILD, nullptr};
    if (polled[1].revents != 0) RINGFENCE_TRY(ReadControl(runner, &connected));
  }
  return {};
}

}  // namespace

void RunRunner(const Launch& launch, mount::Masks* masks, uint64_t open_files) {
  Runner runner{launch, {masks, open_files, -1, nullptr, {}}, {}};
  const Outcome outcome = Serve(&runner);
  if (!outcome.ok()) ReportFailure(launch, outcome);
  sys::Exit(outcome.ok() ? 0 : 1);
}

}  // namespace ringfence
