#include "linux/launcher/process_usage.h"

#include <linux/fcntl.h>
#include <linux/time_types.h>

#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

constexpr uint64_t kPage = 4096;
// USER_HZ is 100 on every architecture that the launcher knows: times(2), proc(5).
constexpr uint64_t kTickUs = 10000;

// Text of one file, NUL-terminated. Files of /proc that matter here come whole in one read(2).
template <size_t kCapacity>
struct File {
  char text[kCapacity];
  bool Read(int proc, int pid, const char* name) {
    Line<64> path;
    path.Add(static_cast<uint64_t>(pid)).Add("/").Add(name);
    const long fd = sys::OpenAt(proc, path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const long size = sys::Read(static_cast<int>(fd), text, kCapacity - 1);
    sys::Close(static_cast<int>(fd));
    if (size <= 0) return false;
    text[size] = '\0';
    return true;
  }
};

uint64_t NumberAt(const char* p) {
  while (*p == ' ') ++p;
  uint64_t number = 0;
  while (*p >= '0' && *p <= '9') number = number * 10 + static_cast<uint64_t>(*p++ - '0');
  return number;
}

// The value of "Name:   123 kB", in bytes.
uint64_t BytesOf(const char* text, const char* name) {
  for (const char* line = text; *line != '\0';) {
    if (StartsWith(line, name)) return NumberAt(line + Length(name)) * 1024;
    while (*line != '\0' && *line != '\n') ++line;
    if (*line == '\n') ++line;
  }
  return 0;
}

}  // namespace

// Fields as proc(5) counts them, from 1. The second, the name, may have spaces and parentheses.
ProcessUsage ReadUsage(int proc, int pid) {
  constexpr int kUserTime = 14;
  constexpr int kSystemTime = 15;
  constexpr int kChildrensUserTime = 16;
  constexpr int kChildrensSystemTime = 17;
  constexpr int kThreads = 20;
  constexpr int kResidentPages = 24;
  ProcessUsage usage;
  File<1024> stat;
  if (!stat.Read(proc, pid, "stat")) return usage;
  const char* p = stat.text;
  for (const char* c = p; *c != '\0'; ++c) {
    if (*c == ')') p = c;
  }
  int field = 2;
  for (; *p != '\0' && field < kResidentPages; ++p) {
    if (*p != ' ') continue;
    ++field;
    if (field == kUserTime || field == kSystemTime) usage.own_cpu_us += NumberAt(p) * kTickUs;
    if (field == kChildrensUserTime || field == kChildrensSystemTime) {
      usage.waited_cpu_us += NumberAt(p) * kTickUs;
    }
    if (field == kThreads) usage.threads = NumberAt(p);
    if (field == kResidentPages) usage.resident_bytes = NumberAt(p) * kPage;
  }
  return usage;
}

bool ReadExactCpu(int pid, uint64_t* us) {
  // The clock of a process, CPUCLOCK_SCHED of linux/posix-timers.h.
  constexpr int kRunTime = 2;
  __kernel_timespec time;
  const long result =
      sys::Call(__NR_clock_gettime, (~static_cast<long>(pid) << 3) | kRunTime, sys::Address(&time));
  if (result < 0) return false;
  *us = static_cast<uint64_t>(time.tv_sec) * 1000000 + static_cast<uint64_t>(time.tv_nsec) / 1000;
  return true;
}

bool ReadMemoryShare(int proc, int pid, MemoryShare* share) {
  File<2048> rollup;
  if (!rollup.Read(proc, pid, "smaps_rollup")) return false;
  share->private_bytes += BytesOf(rollup.text, "Pss_Anon:") + BytesOf(rollup.text, "SwapPss:");
  share->shared_bytes += BytesOf(rollup.text, "Pss_Shmem:");
  return true;
}

}  // namespace ringfence
