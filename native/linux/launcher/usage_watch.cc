#include "linux/launcher/usage_watch.h"

#include <linux/fcntl.h>
#include <linux/resource.h>
#include <linux/shm.h>

#include "linux/launcher/clock.h"
#include "linux/launcher/limits.h"
#include "linux/launcher/memory_files.h"
#include "linux/launcher/process_usage.h"
#include "linux/launcher/sys.h"
#include "linux/uapi/statfs.h"

namespace ringfence {
namespace {

constexpr uint64_t kLookUs = 50000;
// From half of a limit on: what grows by a gigabyte a second is seen 10 MB later.
constexpr uint64_t kCloseLookUs = 10000;
// Looking never takes more than a twentieth of the time of one CPU.
constexpr uint64_t kPausePerLook = 20;

constexpr int kSigXcpu = 24;
constexpr int kSigXfsz = 25;
constexpr uint64_t kSecondUs = 1000000;

using KernelUsage = struct rusage;

uint64_t CpuOf(const KernelUsage& usage) {
  const auto us = [](const __kernel_old_timeval& time) {
    return static_cast<uint64_t>(time.tv_sec) * kSecondUs + static_cast<uint64_t>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

// Of processes that this one has waited for.
uint64_t CpuOfEnded() {
  constexpr int kChildren = -1;
  KernelUsage usage;
  return sys::Call(__NR_getrusage, kChildren, sys::Address(&usage)) < 0 ? 0 : CpuOf(usage);
}

// A shell tells of a signal that ended its child by this exit code.
bool EndedBy(int wait_status, int signal) {
  return (wait_status & 0x7f) == signal || (wait_status & 0xff7f) == (128 + signal) << 8;
}

}  // namespace

struct UsageWatch::Sum {
  uint64_t cpu_us = 0;
  uint64_t threads = 0;
  uint64_t resident_bytes = 0;
  bool exact = false;
};

UsageWatch::UsageWatch(const Launch& launch)
    : launch_(launch),
      memory_(FindLimit(launch, wire::LimitKind::kMemory)),
      processes_(FindLimit(launch, wire::LimitKind::kProcesses)),
      cpu_(FindLimit(launch, wire::LimitKind::kCpu)) {}

Outcome UsageWatch::Open() {
  if (!watches()) return {};
  RINGFENCE_TRY(list_.Open(launch_.plan->mode == wire::Mode::kNamespaces));
  if (launch_.plan->mode == wire::Mode::kLandlock) return {};
  const long opened = sys::OpenAt(AT_FDCWD, "/dev/shm", O_PATH | O_CLOEXEC | O_DIRECTORY);
  if (opened >= 0) shared_memory_ = static_cast<int>(opened);
  return {};
}

int UsageWatch::timeout_ms() const {
  if (!watches()) return -1;
  const uint64_t now = MonotonicUs();
  return now >= next_look_us_ ? 0 : static_cast<int>((next_look_us_ - now) / 1000 + 1);
}

bool UsageWatch::Exceeded() {
  if (!watches()) return false;
  if (MonotonicUs() < next_look_us_) return false;
  const uint64_t start = OwnCpuUs();
  Sum sum = Look();
  // What a process has used is gone with it when nobody waits for it.
  if (sum.cpu_us < last_cpu_us_) lost_cpu_us_ += last_cpu_us_ - sum.cpu_us;
  last_cpu_us_ = sum.cpu_us;
  sum.cpu_us += lost_cpu_us_;
  bool close = false;
  bool over = false;
  if (processes_ != nullptr) {
    if (sum.threads > most_processes_) most_processes_ = sum.threads;
    close = close || sum.threads * 2 > processes_->value;
  }
  if (cpu_ != nullptr) {
    const uint64_t most = cpu_->value * kSecondUs;
    close = close || sum.cpu_us * 2 > most;
    if (sum.cpu_us >= most) over = Report(cpu_, sum.cpu_us);
  }
  if (memory_ != nullptr && !over) {
    const uint64_t memory = MemoryInUse(sum);
    close = close || memory * 2 > memory_->value;
    if (memory > memory_->value) over = Report(memory_, memory);
  }
  const uint64_t pause = (OwnCpuUs() - start) * kPausePerLook;
  const uint64_t interval = close ? kCloseLookUs : kLookUs;
  next_look_us_ = MonotonicUs() + (pause > interval ? pause : interval);
  return over;
}

void UsageWatch::Ended(int wait_status, const void* rusage) {
  const uint64_t cpu_us = CpuOf(*static_cast<const KernelUsage*>(rusage));
  if (cpu_ != nullptr && wait_status != 0 &&
      (EndedBy(wait_status, kSigXcpu) || cpu_us >= cpu_->value * kSecondUs)) {
    Report(cpu_, cpu_us);
  }
  const wire::Limit* size = FindLimit(launch_, wire::LimitKind::kFileSize);
  if (size != nullptr && EndedBy(wait_status, kSigXfsz)) Report(size, size->value);
  if (processes_ != nullptr && most_processes_ >= processes_->value) {
    Report(processes_, most_processes_);
  }
}

UsageWatch::Sum UsageWatch::Look() {
  Sum sum;
  sum.cpu_us = CpuOfEnded();
  sum.exact = cpu_ != nullptr && list_.numbers_are_ours();
  list_.Each(
      [](void* context, int proc, int pid) {
        auto* total = static_cast<Sum*>(context);
        ProcessUsage usage = ReadUsage(proc, pid);
        if (total->exact) ReadExactCpu(pid, &usage.own_cpu_us);
        total->cpu_us += usage.own_cpu_us + usage.waited_cpu_us;
        total->threads += usage.threads;
        total->resident_bytes += usage.resident_bytes;
      },
      &sum);
  return sum;
}

// What is resident is never less than what counts, so the exact sum is made only where it matters.
uint64_t UsageWatch::MemoryInUse(const Sum& sum) {
  const uint64_t files = SharedMemoryInFiles();
  const uint64_t most = sum.resident_bytes + files;
  if (most <= memory_->value) return most;
  MemoryShare share;
  list_.Each(
      [](void* context, int proc, int pid) {
        auto* total = static_cast<MemoryShare*>(context);
        if (ReadMemoryShare(proc, pid, total)) return;
        total->private_bytes += ReadUsage(proc, pid).resident_bytes;
      },
      &share);
  // Files in shared memory count once, mapped or not.
  return share.private_bytes + (share.shared_bytes > files ? share.shared_bytes : files);
}

// Memory files, files of the sandbox's own /dev/shm, shared memory of its own ipc namespace.
uint64_t UsageWatch::SharedMemoryInFiles() {
  constexpr uint64_t kPage = 4096;
  MemoryFiles files;
  list_.Each(
      [](void* context, int proc, int pid) { static_cast<MemoryFiles*>(context)->Add(proc, pid); },
      &files);
  uint64_t bytes = files.bytes();
  if (shared_memory_ < 0) return bytes;
  uapi::Statfs info;
  if (sys::Call(__NR_fstatfs, shared_memory_, sys::Address(&info)) >= 0) {
    bytes += static_cast<uint64_t>(info.blocks - info.free_blocks) *
             static_cast<uint64_t>(info.block_size);
  }
  shm_info memory;
  if (sys::Call(__NR_shmctl, 0, SHM_INFO, sys::Address(&memory)) >= 0) {
    bytes += (memory.shm_rss + memory.shm_swp) * kPage;
  }
  return bytes;
}

// The first limit stands: what comes after it is how the command was ended.
bool UsageWatch::Report(const wire::Limit* limit, uint64_t used) {
  if (!reported_) ReportLimit(launch_, *limit, used);
  reported_ = true;
  return true;
}

}  // namespace ringfence
