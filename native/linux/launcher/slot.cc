#include "linux/launcher/slot.h"

#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "linux/launcher/keeper.h"
#include "linux/launcher/message.h"
#include "linux/launcher/mount/slot_view.h"
#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

struct RunMessage {
  wire::Start start;
  alignas(8) char request[wire::kInlineRequestCapacity];
};

struct Slot {
  Launch launch;
  Keeper keeper;
};

Outcome SetUp(Slot* slot, const SlotOptions& options) {
  // The runner's own.
  sys::Close(options.signals);
  sys::Close(slot->launch.stdio + wire::kControlFd);
  // Not that of the runner: a session is one unit for the scheduler, whose share root in the
  // sandbox may make smaller by /proc/1/autogroup (sched(7)).
  RINGFENCE_TRY(Check(Stage::kSupervisorSession, sys::Call(__NR_setsid)));
  if (options.session == nullptr) {
    if (options.mounts.fd >= 0) {
      RINGFENCE_TRY(
          Check(Stage::kRunnerEnter, sys::Call(__NR_setns, options.mounts.fd, CLONE_NEWNS)));
    }
    RINGFENCE_TRY(mount::MakeSlotView(slot->launch, options.masks, options.mounts.used));
  } else {
    slot->keeper.command.session = options.session;
    RINGFENCE_TRY(EnterSessionForChildren(*options.session));
  }
  slot->keeper.reads_control = true;
  slot->keeper.command.open_files = options.open_files;
  RINGFENCE_TRY(Prepare(&slot->keeper));
  return ReportReady(slot->launch);
}

Outcome TakeStart(Slot* slot, const RunMessage& received, Message* message) {
  const wire::Start& start = received.start;
  const bool inline_request = start.request_size != 0;
  const int descriptors = static_cast<int>(start.stdio) + (inline_request ? 0 : 1);
  if (message->size < static_cast<long>(sizeof start) || start.magic != wire::kStartMagic ||
      start.version != wire::kVersion || start.stdio < 3 || start.stdio > wire::kRunnerStdio ||
      message->fd_count != descriptors || slot->keeper.running) {
    return {Stage::kHelperProtocol, EINVAL, nullptr};
  }
  if (!inline_request) {
    RINGFENCE_TRY(MapRequest(message->fds[start.stdio], &slot->launch));
  } else if (message->size != static_cast<long>(sizeof start + start.request_size)) {
    return {Stage::kHelperProtocol, EINVAL, nullptr};
  } else {
    RINGFENCE_TRY(TakeRequest(received.request, start.request_size, &slot->launch));
  }
  const auto stdio = static_cast<int>(start.stdio);
  RINGFENCE_TRY(Check(Stage::kLaunchDup, PlaceDescriptors(message, 0, stdio, 0)));
  RINGFENCE_TRY(Check(Stage::kLaunchStdio, MakeStreamsBlocking()));
  if (!inline_request) sys::Close(message->fds[stdio]);
  slot->keeper.command.stdio = stdio;
  return Execute(&slot->keeper);
}

// A signal, or the request.
Outcome ReadControl(Slot* slot) {
  // Of this process: every slot has one request, which stays here until it is executed.
  static RunMessage received;
  Message message;
  ReceiveMessage(slot->launch.control(), &received, sizeof received, &message);
  if (message.size <= 0) sys::Exit(0);
  if (message.size != static_cast<long>(sizeof(wire::Control))) {
    return TakeStart(slot, received, &message);
  }
  const auto* control = reinterpret_cast<const wire::Control*>(&received);
  constexpr int kSigKill = 9;
  if (control->signal == kSigKill && slot->keeper.command.session == nullptr) sys::Exit(0);
  if (control->signal == kSigKill) {
    KillOwn(slot->keeper);
    return {};
  }
  return HandleSignal(&slot->keeper, control->signal);
}

Outcome Serve(Slot* slot) {
  for (;;) {
    bool ended = false;
    bool control_ready = false;
    RINGFENCE_TRY(ServeOnce(&slot->keeper, &ended, &control_ready));
    // Before it was executed: why it was not.
    if (ended) return slot->keeper.command.outcome;
    if (control_ready) RINGFENCE_TRY(ReadControl(slot));
  }
}

// Ends what the command has left, before the kernel would: taking down the namespaces, which comes
// first in the end of a process, lasts longer than most commands.
void EndDescendants(Slot* slot) {
  constexpr int kEveryProcess = -1;
  constexpr int kSigKill = 9;
  // With stubs of its own there is more to do.
  if (slot->keeper.watch.made_stubs()) return;
  long reaped = sys::Call(__NR_wait4, -1, 0, WNOHANG | __WALL, 0);
  while (reaped != -ECHILD) {
    sys::Call(__NR_kill, kEveryProcess, kSigKill);
    reaped = sys::Call(__NR_wait4, -1, 0, __WALL, 0);
  }
  ReportGone(slot->launch);
}

// What the command has left runs on, and its connect() is decided here.
void ServeSession(Slot* slot) {
  ReportGone(slot->launch);
  Outcome outcome;
  while (outcome.ok() && slot->keeper.command.listener >= 0) {
    bool ended = false;
    bool control_ready = false;
    outcome = ServeOnce(&slot->keeper, &ended, &control_ready);
    // A signal that came too late.
    if (outcome.ok() && control_ready) outcome = ReadControl(slot);
  }
}

}  // namespace

void RunSlot(const Launch& launch, const SlotOptions& options, int socket) {
  Slot slot{launch,
            Keeper(slot.launch, options.session == nullptr ? Watch(slot.launch, options.masks)
                                                           : Watch(slot.launch, *options.session))};
  slot.launch.control_fd = socket;
  Outcome outcome = SetUp(&slot, options);
  if (outcome.ok()) outcome = Serve(&slot);
  if (!outcome.ok()) ReportFailure(slot.launch, outcome);
  if (options.session != nullptr && outcome.ok() && slot.keeper.running) {
    ServeSession(&slot);
    sys::Exit(0);
  }
  if (options.session == nullptr) EndDescendants(&slot);
  slot.keeper.watch.RemoveStubs();
  sys::Exit(outcome.ok() ? 0 : 1);
}

}  // namespace ringfence
