// Time for intervals and deadlines, microseconds.
#ifndef RINGFENCE_LINUX_LAUNCHER_CLOCK_H_
#define RINGFENCE_LINUX_LAUNCHER_CLOCK_H_

#include <linux/time.h>
#include <linux/time_types.h>

#include "linux/launcher/sys.h"

namespace ringfence {

inline uint64_t ClockUs(int clock) {
  __kernel_timespec now;
  sys::Call(__NR_clock_gettime, clock, sys::Address(&now));
  return static_cast<uint64_t>(now.tv_sec) * 1000000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
}

inline uint64_t MonotonicUs() { return ClockUs(CLOCK_MONOTONIC); }

// CPU time of this process.
inline uint64_t OwnCpuUs() { return ClockUs(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_CLOCK_H_
