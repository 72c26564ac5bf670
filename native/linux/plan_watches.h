// Path watches of plans: one for all launches of a plan together, while they run and a little
// longer, since making and ending one costs the kernel more than a launch.
#ifndef RINGFENCE_LINUX_PLAN_WATCHES_H_
#define RINGFENCE_LINUX_PLAN_WATCHES_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "linux/path_watch.h"
#include "linux/prepared_plan.h"

namespace ringfence {

class PlanWatches {
 public:
  static constexpr std::chrono::seconds kIdle{2};

  // `poll` adds a descriptor to what is waited for; false when it cannot.
  explicit PlanWatches(std::function<bool(int fd, uint64_t plan_id)> poll)
      : poll_(std::move(poll)) {}

  // Before a launch. Numbers the time without a gap that the plan has been watched for; 0: nobody
  // watches, the launch must look by itself.
  uint64_t Hold(const PreparedPlan& plan);

  // True if a protected path may have changed.
  bool Changed(uint64_t plan_id);

  // The directories themselves may be others now.
  void Renew(uint64_t plan_id) { watches_.erase(plan_id); }

  // Ends watches that none of `in_use` needs.
  void DropIdle(const std::function<bool(uint64_t plan_id)>& in_use);

  bool empty() const { return watches_.empty(); }

 private:
  using Clock = std::chrono::steady_clock;

  struct Watched {
    PathWatch watch;
    uint64_t epoch = 0;
    Clock::time_point last_used;
  };

  std::function<bool(int, uint64_t)> poll_;
  std::map<uint64_t, std::unique_ptr<Watched>> watches_;
  uint64_t last_epoch_ = 0;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_PLAN_WATCHES_H_
