// What one process uses, from its files in /proc.
#ifndef RINGFENCE_LINUX_LAUNCHER_PROCESS_USAGE_H_
#define RINGFENCE_LINUX_LAUNCHER_PROCESS_USAGE_H_

#include <stdint.h>

namespace ringfence {

struct ProcessUsage {
  // In steps of 10 ms, rounded down.
  uint64_t own_cpu_us = 0;
  // Of children that it has waited for, and theirs.
  uint64_t waited_cpu_us = 0;
  uint64_t threads = 0;
  // Everything that is mapped and in memory: files and shared memory too, in full.
  uint64_t resident_bytes = 0;
};

// A process that has ended meanwhile uses nothing.
ProcessUsage ReadUsage(int proc, int pid);

// What /proc rounds down is nothing for a process that is new: many of those would use what they
// like. `pid` in the pid namespace of the caller. False: it has ended meanwhile.
bool ReadExactCpu(int pid, uint64_t* us);

// The share of a process in memory that is not a copy of a file: what it shares with n others
// counts for a part in n + 1.
struct MemoryShare {
  uint64_t private_bytes = 0;  // with what is swapped out
  uint64_t shared_bytes = 0;   // shared memory: also files of a tmpfs
};

// False when the kernel does not tell it; `share` is unchanged then. Costs more than ReadUsage().
bool ReadMemoryShare(int proc, int pid, MemoryShare* share);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_PROCESS_USAGE_H_
