#include "linux/launcher/session.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include <initializer_list>

#include "linux/launcher/clone_process.h"
#include "linux/launcher/message.h"
#include "linux/launcher/mount/slot_view.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/watch.h"

namespace ringfence {
namespace {

// From the session's PID 1: how it went. A path stays behind, since it is of its memory.
struct Answer {
  uint32_t stage;
  int error;
};

void Tell(int socket, const Outcome& outcome, int fd = -1) {
  const Answer answer = {static_cast<uint32_t>(outcome.stage), outcome.error};
  SendMessage(socket, &answer, sizeof answer, fd);
}

Outcome MakeSockets(int* sockets) {
  constexpr int kUnix = 1;
  constexpr int kSequencedPacket = 5 | O_CLOEXEC;
  return Check(Stage::kRunnerSession,
               sys::Call(__NR_socketpair, kUnix, kSequencedPacket, 0, sys::Address(sockets)));
}

// Waits for an answer. `fd`: what comes with it, for callers that expect something.
Outcome Hear(int socket, int* fd = nullptr) {
  Answer answer;
  Message message;
  ReceiveMessage(socket, &answer, sizeof answer, &message);
  RINGFENCE_TRY(Check(Stage::kRunnerReceive, message.size > 0 ? message.size : -EPIPE));
  if (fd != nullptr && message.fd_count == 1) *fd = message.fds[0];
  return {static_cast<Stage>(answer.stage), answer.error, nullptr};
}

// One message for each namespace, and one for the terminals.
void TellNamespaces(int socket, Outcome outcome) {
  for (const char* path : {"/proc/self/ns/pid", "/proc/self/ns/mnt", "/proc/self/ns/ipc"}) {
    const long fd = sys::OpenAt(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (outcome.ok()) outcome = Check(Stage::kRunnerEnter, fd);
    Tell(socket, outcome, static_cast<int>(fd));
    if (fd >= 0) sys::Close(static_cast<int>(fd));
  }
  const long terminals =
      sys::OpenAt(AT_FDCWD, "/dev/pts", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  Tell(socket, outcome, static_cast<int>(terminals));
  if (terminals >= 0) sys::Close(static_cast<int>(terminals));
}

void Reap(int signals) {
  // One of them: a command that sends signals without end must not keep the runner waiting.
  NextSignal(signals);
  while (sys::Call(__NR_wait4, -1, 0, WNOHANG | __WALL, 0) > 0) {
  }
}

// False when the runner is gone.
bool AnswerOne(int socket, Watch* watch) {
  char request = 0;
  Message message;
  ReceiveMessage(socket, &request, sizeof request, &message);
  if (message.size <= 0 || message.fd_count != 1) return false;
  Tell(message.fds[0], watch->Repair());
  CloseDescriptors(&message);
  return true;
}

[[noreturn]] void RunSession(const Launch& launch, mount::Masks* masks, int socket, int answers) {
  // It must not keep the runner's socket open.
  sys::Close(launch.control());
  int signals = -1;
  // As for a slot: not the runner's session, whose share a command could make smaller.
  Outcome outcome = Check(Stage::kSupervisorSession, sys::Call(__NR_setsid));
  if (outcome.ok()) outcome = mount::MakeSlotView(launch, masks, false);
  if (outcome.ok()) outcome = OpenSignals(&signals);
  TellNamespaces(answers, outcome);
  sys::Close(answers);
  Watch watch(launch, masks);
  bool connected = outcome.ok();
  while (connected) {
    pollfd polled[2] = {{signals, POLLIN, 0}, {socket, POLLIN, 0}};
    sys::Call(__NR_ppoll, sys::Address(polled), 2, 0, 0, 8);
    Reap(signals);
    if (polled[1].revents != 0) connected = AnswerOne(socket, &watch);
  }
  watch.RemoveStubs();
  sys::Exit(1);
}

}  // namespace

Outcome StartSession(const Launch& launch, mount::Masks* masks, Session* session) {
  constexpr uint64_t kOwn = CLONE_NEWPID | CLONE_NEWIPC;
  int requests[2];
  int answers[2];
  RINGFENCE_TRY(MakeSockets(requests));
  RINGFENCE_TRY(MakeSockets(answers));
  session->pid = CloneProcess((launch.plan->clone_flags & kOwn) | CLONE_NEWNS);
  if (session->pid == 0) {
    sys::Close(requests[0]);
    sys::Close(answers[0]);
    RunSession(launch, masks, requests[1], answers[1]);
  }
  RINGFENCE_TRY(Check(Stage::kRunnerClone, session->pid));
  sys::Close(requests[1]);
  sys::Close(answers[1]);
  session->socket = requests[0];
  for (int* fd : {&session->pid_namespace, &session->mounts, &session->ipc, &session->terminals}) {
    RINGFENCE_TRY(Hear(answers[0], fd));
  }
  sys::Close(answers[0]);
  return {};
}

Outcome RepairSession(const Session& session) {
  int answers[2];
  RINGFENCE_TRY(MakeSockets(answers));
  const char request = 0;
  const long sent = SendMessage(session.socket, &request, sizeof request, answers[1]);
  sys::Close(answers[1]);
  if (sent < 0) sys::Close(answers[0]);
  RINGFENCE_TRY(Check(Stage::kRunnerSession, sent));
  const Outcome outcome = Hear(answers[0]);
  sys::Close(answers[0]);
  return outcome;
}

Outcome EnterSessionForChildren(const Session& session) {
  return Check(Stage::kRunnerEnter, sys::Call(__NR_setns, session.pid_namespace, CLONE_NEWPID));
}

Outcome EnterSessionView(const Session& session) {
  RINGFENCE_TRY(Check(Stage::kRunnerEnter, sys::Call(__NR_setns, session.ipc, CLONE_NEWIPC)));
  return Check(Stage::kRunnerEnter, sys::Call(__NR_setns, session.mounts, CLONE_NEWNS));
}

}  // namespace ringfence
