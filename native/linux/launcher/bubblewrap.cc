#include "linux/launcher/bubblewrap.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#include <initializer_list>

#include "linux/launcher/identities.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

constexpr int kSigChild = 17;

// The arguments that only the launcher can know: descriptors and its own image.
struct OwnArguments {
  Line<16> seccomp;
  Line<16> status;
  Line<32> image;
  Line<16> stdio;
};

// --seccomp reads the program from a file (bwrap(1)).
Outcome WriteFilter(const Launch& launch, int* fd) {
  const wire::Span filter = launch.plan->outer_filter;
  const long made = sys::Call(__NR_memfd_create, sys::Address("seccomp"), 0);
  RINGFENCE_TRY(Check(Stage::kBubblewrapSeccomp, made));
  *fd = static_cast<int>(made);
  constexpr size_t kInstruction = 8;
  const size_t size = filter.count * kInstruction;
  const long written = sys::Write(*fd, launch.PlanArray<char>(filter), size);
  if (written != static_cast<long>(size)) return {Stage::kBubblewrapSeccomp, EIO, nullptr};
  constexpr int kSeekSet = 0;
  return Check(Stage::kBubblewrapSeccomp, sys::Call(__NR_lseek, *fd, 0, kSeekSet));
}

Outcome KeepAcrossExec(int fd) {
  return Check(Stage::kLaunchDup, sys::Call(__NR_fcntl, fd, F_SETFD, 0));
}

Outcome MakeArguments(const Launch& launch, const OwnArguments& own, const char*** vector) {
  const wire::Span span = launch.plan->bubblewrap_args;
  constexpr uint32_t kOwnCount = 12;
  const size_t size = (static_cast<size_t>(span.count) + kOwnCount) * sizeof(char*);
  const long address = sys::MapMemory(size);
  RINGFENCE_TRY(Check(Stage::kSupervisorMap, address));
  auto** argv = reinterpret_cast<const char**>(address);
  *vector = argv;
  *argv++ = launch.PlanText(launch.plan->bubblewrap);
  const auto* texts = launch.PlanArray<wire::Text>(span);
  for (uint32_t i = 0; i < span.count; ++i) *argv++ = launch.PlanText(texts[i]);
  for (const char* argument :
       {"--chdir", "/", "--seccomp", own.seccomp.c_str(), "--json-status-fd", own.status.c_str(),
        "--", own.image.c_str(), "init", own.stdio.c_str()}) {
    *argv++ = argument;
  }
  *argv = nullptr;
  return {};
}

Outcome Execute(const Launch& launch, int status_fd) {
  int filter = -1;
  RINGFENCE_TRY(RecordIdentities(launch));
  RINGFENCE_TRY(WriteFilter(launch, &filter));
  // Absent when the kernel has no sock_diag(7).
  sys::Call(__NR_fcntl, launch.host_diag(), F_SETFD, 0);
  for (int fd : {launch.control(), launch.plan_fd(), launch.request_fd(), launch.image(), filter,
                 status_fd}) {
    RINGFENCE_TRY(KeepAcrossExec(fd));
  }
  OwnArguments own;
  own.seccomp.Add(static_cast<uint64_t>(filter));
  own.status.Add(static_cast<uint64_t>(status_fd));
  own.image.Add("/proc/self/fd/").Add(static_cast<uint64_t>(launch.image()));
  own.stdio.Add(static_cast<uint64_t>(launch.stdio));
  const char** argv = nullptr;
  RINGFENCE_TRY(MakeArguments(launch, own, &argv));
  // bwrap needs nothing of an environment, and LD_* must not reach it.
  const char* const env[] = {nullptr};
  ResetSignals();
  return Check(Stage::kBubblewrapExec,
               sys::Call(__NR_execve, sys::Address(argv[0]), sys::Address(argv), sys::Address(env)),
               argv[0]);
}

// bwrap asks for this itself (--die-with-parent), but only when it has begun.
Outcome DieWith(long parent) {
  constexpr int kSigKill = 9;
  RINGFENCE_TRY(Check(Stage::kInitDeathSignal, sys::Prctl(PR_SET_PDEATHSIG, kSigKill)));
  if (sys::Call(__NR_getppid) != parent) sys::Exit(1);
  return {};
}

const char* Find(const char* text, const char* word) {
  for (; *text != '\0'; ++text) {
    if (StartsWith(text, word)) return text + Length(word);
  }
  return nullptr;
}

}  // namespace

Outcome StartBubblewrap(const Launch& launch, BubblewrapStatus* status, long* pid) {
  int pipe[2] = {-1, -1};
  RINGFENCE_TRY(Check(Stage::kSupervisorSync,
                      sys::Call(__NR_pipe2, sys::Address(pipe), O_CLOEXEC | O_NONBLOCK)));
  const long supervisor = sys::Call(__NR_getpid);
  const long child = sys::Call(__NR_clone, kSigChild, 0, 0, 0, 0);
  if (child == 0) {
    Outcome outcome = DieWith(supervisor);
    if (outcome.ok()) outcome = Execute(launch, pipe[1]);
    ReportFailure(launch, outcome);
    sys::Exit(1);
  }
  sys::Close(pipe[1]);
  RINGFENCE_TRY(Check(Stage::kNamespaceClone, child));
  status->pipe = pipe[0];
  *pid = child;
  return {};
}

void ReadBubblewrapStatus(BubblewrapStatus* status) {
  for (;;) {
    const size_t space = sizeof status->text - 1 - status->size;
    if (space == 0) return;
    const long size = sys::Read(status->pipe, status->text + status->size, space);
    if (size <= 0) return;
    status->size += static_cast<size_t>(size);
    status->text[status->size] = '\0';
  }
}

long BubblewrapChild(BubblewrapStatus* status) {
  ReadBubblewrapStatus(status);
  const char* number = Find(status->text, "\"child-pid\":");
  if (number == nullptr) return 0;
  while (*number == ' ') ++number;
  long pid = 0;
  for (; *number >= '0' && *number <= '9'; ++number) pid = pid * 10 + (*number - '0');
  return pid;
}

void FinishBubblewrap(const Launch& launch, BubblewrapStatus* status, int wait_status) {
  const bool exited = (wait_status & 0x7f) == 0;
  const bool has_child = BubblewrapChild(status) != 0;
  // "exit-code" is only written when the command, our init, was executed: it has reported itself.
  if (!exited || Find(status->text, "\"exit-code\":") != nullptr) return;
  ReportFailure(launch,
                {has_child ? Stage::kBubblewrapSetup : Stage::kBubblewrapNamespaces, 0, nullptr});
}

}  // namespace ringfence
