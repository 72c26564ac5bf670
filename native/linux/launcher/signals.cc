#include "linux/launcher/signals.h"

#include <linux/errno.h>
#include <linux/fcntl.h>

#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

constexpr int kSignalCount = 64;
constexpr size_t kMaskSize = 8;  // the kernel's sigset_t
constexpr int kSetMask = 2;      // SIG_SETMASK
constexpr int kSigKill = 9;
constexpr int kSigStop = 19;

constexpr int kSigChild = 17;
constexpr uint64_t kIgnore = 1;  // SIG_IGN

// The kernel's struct sigaction. All zero: SIG_DFL, no flags, empty mask.
struct Action {
  uint64_t handler;
  uint64_t words[3];
};

void SetMask(uint64_t mask) {
  sys::Call(__NR_rt_sigprocmask, kSetMask, sys::Address(&mask), 0, kMaskSize);
}

}  // namespace

void BlockSignals() {
  const Action action = {};
  for (int signal = 1; signal <= kSignalCount; ++signal) {
    if (signal == kSigKill || signal == kSigStop) continue;
    sys::Call(__NR_rt_sigaction, signal, sys::Address(&action), 0, kMaskSize);
  }
  SetMask(~0ULL);
}

void IgnoreChildren() {
  const Action action = {kIgnore, {}};
  sys::Call(__NR_rt_sigaction, kSigChild, sys::Address(&action), 0, kMaskSize);
}

Outcome OpenSignals(int* fd) {
  const uint64_t mask = ~0ULL;
  const long result =
      sys::Call(__NR_signalfd4, -1, sys::Address(&mask), kMaskSize, O_CLOEXEC | O_NONBLOCK);
  *fd = static_cast<int>(result);
  return Check(Stage::kSupervisorSignals, result);
}

int NextSignal(int fd) {
  uint32_t info[32];  // struct signalfd_siginfo; ssi_signo is first
  const long size = sys::Read(fd, info, sizeof info);
  return size > 0 ? static_cast<int>(info[0]) : 0;
}

void ResetSignals() { SetMask(0); }

}  // namespace ringfence
