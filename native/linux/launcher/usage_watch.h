// Limits that hold for all processes of a sandbox together, where the kernel does not add up: looks
// every now and then at what they use, and tells when it is too much. What rises and falls between
// two looks is not seen.
#ifndef RINGFENCE_LINUX_LAUNCHER_USAGE_WATCH_H_
#define RINGFENCE_LINUX_LAUNCHER_USAGE_WATCH_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/process_list.h"

namespace ringfence {

class UsageWatch {
 public:
  explicit UsageWatch(const Launch& launch);

  // Once the view is complete, with the capabilities of the init.
  Outcome Open();

  // For ppoll(2): milliseconds until the next look, -1: nothing is watched.
  int timeout_ms() const;

  // Looks when it is time to. True: a limit is passed (and reported), everything has to end.
  bool Exceeded();

  // The command has ended: reports the limit that its end tells of, if any.
  void Ended(int wait_status, const void* rusage);

 private:
  struct Sum;

  bool watches() const { return memory_ != nullptr || processes_ != nullptr || cpu_ != nullptr; }
  Sum Look();
  uint64_t MemoryInUse(const Sum& sum);
  uint64_t SharedMemoryInFiles();
  bool Report(const wire::Limit* limit, uint64_t used);

  const Launch& launch_;
  const wire::Limit* memory_;
  const wire::Limit* processes_;
  const wire::Limit* cpu_;
  ProcessList list_;
  int shared_memory_ = -1;  // /dev/shm, -1: not the sandbox's own
  uint64_t next_look_us_ = 0;
  uint64_t most_processes_ = 0;
  uint64_t last_cpu_us_ = 0;
  uint64_t lost_cpu_us_ = 0;
  bool reported_ = false;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_USAGE_WATCH_H_
