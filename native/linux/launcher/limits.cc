#include "linux/launcher/limits.h"

#include <linux/fcntl.h>
#include <linux/resource.h>

#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

constexpr char kPidMax[] = "/proc/sys/kernel/pid_max";
constexpr char kLastPid[] = "/proc/sys/kernel/ns_last_pid";
constexpr size_t kProcPrefix = sizeof "/proc/" - 1;

// RESERVED_PIDS (kernel/pid.c): once the numbers have wrapped around, those below are not given
// out again. A namespace that starts above them always has the same count.
constexpr uint64_t kReservedPids = 300;
// PID_MAX_LIMIT (include/linux/threads.h) of 64-bit kernels.
constexpr uint64_t kHighestPidMax = 4194304;

// RLIMIT_DATA counts what is mapped, used or not (thread stacks, reserves of allocators). The room
// keeps it from stopping what is well within the limit.
constexpr uint64_t kMappedNotUsed = 1ULL << 30;

// Of the time between SIGXCPU and SIGKILL.
constexpr uint64_t kSecondsToEnd = 1;

// `proc`: a directory to take in place of /proc, or negative.
Outcome WriteNumber(int proc, const char* path, uint64_t number, Stage stage) {
  Line<32> text;
  text.Add(number);
  const long fd = sys::OpenAt(proc < 0 ? AT_FDCWD : proc, proc < 0 ? path : path + kProcPrefix,
                              O_WRONLY | O_CLOEXEC);
  RINGFENCE_TRY(Check(stage, fd, path));
  const long written = sys::Write(static_cast<int>(fd), text.c_str(), text.size());
  sys::Close(static_cast<int>(fd));
  return Check(stage, written, path);
}

uint64_t Lower(uint64_t a, uint64_t b) { return a < b ? a : b; }

Outcome SetLimit(int resource, uint64_t soft, uint64_t hard) {
  rlimit64 limit;
  RINGFENCE_TRY(
      Check(Stage::kLimitSet, sys::Call(__NR_prlimit64, 0, resource, 0, sys::Address(&limit))));
  limit.rlim_max = Lower(limit.rlim_max, hard);
  limit.rlim_cur = Lower(limit.rlim_max, soft);
  return Check(Stage::kLimitSet, sys::Call(__NR_prlimit64, 0, resource, sys::Address(&limit), 0));
}

Outcome SetLimitOf(const wire::Limit& limit) {
  const uint64_t value = limit.value;
  switch (limit.kind) {
    case wire::LimitKind::kMemory:
      return SetLimit(RLIMIT_DATA, value + kMappedNotUsed, value + kMappedNotUsed);
    case wire::LimitKind::kProcesses:
      if (limit.mechanism != wire::LimitMechanism::kRlimit) return {};
      // The init is one of those that the kernel counts.
      return SetLimit(RLIMIT_NPROC, value + 1, value + 1);
    case wire::LimitKind::kCpu:
      return SetLimit(RLIMIT_CPU, value, value + kSecondsToEnd);
    case wire::LimitKind::kOpenFiles:
      return SetLimit(RLIMIT_NOFILE, value, value);
    case wire::LimitKind::kFileSize:
      return SetLimit(RLIMIT_FSIZE, value, value);
  }
  return {};
}

}  // namespace

const wire::Limit* FindLimit(const Launch& launch, wire::LimitKind kind) {
  const auto* limits = launch.PlanArray<wire::Limit>(launch.plan->limits);
  for (uint32_t i = 0; i < launch.plan->limits.count; ++i) {
    if (limits[i].kind == kind) return &limits[i];
  }
  return nullptr;
}

Outcome LimitProcessNumbers(const Launch& launch) {
  const wire::Limit* limit = FindLimit(launch, wire::LimitKind::kProcesses);
  if (limit == nullptr || limit->mechanism != wire::LimitMechanism::kPidMax) return {};
  const uint64_t numbers = Lower(limit->value, kHighestPidMax - kReservedPids);
  // That of the view may be read-only.
  const auto proc = static_cast<int>(mount::NewFileSystem("proc", nullptr, 0));
  Outcome outcome = WriteNumber(proc, kLastPid, kReservedPids, Stage::kLimitLastPid);
  if (outcome.ok()) {
    outcome = WriteNumber(proc, kPidMax, kReservedPids + numbers, Stage::kLimitPidMax);
  }
  if (proc >= 0) sys::Close(proc);
  return outcome;
}

Outcome SetResourceLimits(const Launch& launch) {
  const auto* limits = launch.PlanArray<wire::Limit>(launch.plan->limits);
  for (uint32_t i = 0; i < launch.plan->limits.count; ++i) RINGFENCE_TRY(SetLimitOf(limits[i]));
  return {};
}

}  // namespace ringfence
