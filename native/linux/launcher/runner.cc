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

// False when the session has ended, and with it all its commands.
bool ReapAll(const Session* session) {
  long pid = 0;
  do {
    pid = sys::Call(__NR_wait4, -1, 0, WNOHANG | __WALL, 0);
    if (session != nullptr && pid == session->pid) return false;
  } while (pid > 0);
  return true;
}

// To the addon, on the slot's own socket.
void ReportLost(const Launch& launch, int socket, const Outcome& outcome) {
  Launch slot = launch;
  slot.control_fd = socket;
  ReportFailure(slot, outcome);
}

void MakeSlot(const Launch& launch, const SlotOptions& options, int socket) {
  const uint64_t own = (launch.plan->clone_flags & (CLONE_NEWPID | CLONE_NEWIPC)) | CLONE_NEWNS;
  const long pid = CloneProcess(options.session == nullptr ? own : 0);
  if (pid == 0) RunSlot(launch, options, socket);
  const Outcome outcome = Check(Stage::kRunnerClone, pid);
  if (!outcome.ok()) ReportLost(launch, socket, outcome);
}

union RunnerMessage {
  wire::Start start;
  wire::Control control;
};

// False when the addon is gone.
Outcome ReadControl(const Launch& launch, const SlotOptions& options, bool* connected) {
  RunnerMessage received;
  Message message;
  ReceiveMessage(launch.control(), &received, sizeof received, &message);
  *connected = message.size != 0;
  RINGFENCE_TRY(Check(Stage::kRunnerReceive, message.size));
  if (!*connected) return {};
  if (message.size == static_cast<long>(sizeof(wire::Control))) {
    // The host has changed something: the slots to come are to have it right.
    if (options.session != nullptr) return RepairSession(*options.session);
    return Watch(launch, options.masks, Watch::MissingStubs::kLeave).Repair();
  }
  if (received.start.magic != wire::kStartMagic || message.fd_count != 1) {
    return {Stage::kHelperProtocol, EINVAL, nullptr};
  }
  MakeSlot(launch, options, message.fds[0]);
  CloseDescriptors(&message);
  return {};
}

Outcome Serve(const Launch& launch, SlotOptions options) {
  Session session;
  if ((launch.request->flags & wire::kRequestSession) != 0) {
    RINGFENCE_TRY(StartSession(launch, options.masks, &session));
    options.session = &session;
  }
  RINGFENCE_TRY(OpenSignals(&options.signals));
  bool connected = true;
  while (connected) {
    pollfd polled[2] = {{options.signals, POLLIN, 0}, {launch.control(), POLLIN, 0}};
    const long ready = sys::Call(__NR_ppoll, sys::Address(polled), 2, 0, 0, 8);
    if (ready < 0 && ready != -EINTR) return Check(Stage::kSupervisorPoll, ready);
    while (NextSignal(options.signals) != 0) {
    }
    if (!ReapAll(options.session)) return {Stage::kRunnerSession, ECHILD, nullptr};
    if (polled[1].revents != 0) RINGFENCE_TRY(ReadControl(launch, options, &connected));
  }
  return {};
}

}  // namespace

void RunRunner(const Launch& launch, mount::Masks* masks, uint64_t open_files) {
  const Outcome outcome = Serve(launch, {masks, open_files, -1, nullptr});
  if (!outcome.ok()) ReportFailure(launch, outcome);
  sys::Exit(outcome.ok() ? 0 : 1);
}

}  // namespace ringfence
