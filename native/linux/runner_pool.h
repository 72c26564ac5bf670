// The runners of an environment: which plan has one, which slots wait in it, and which of them are
// to end.
#ifndef RINGFENCE_LINUX_RUNNER_POOL_H_
#define RINGFENCE_LINUX_RUNNER_POOL_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "linux/launch_spec.h"
#include "linux/rule_identity.h"

namespace ringfence {

struct Runner {
  using Clock = std::chrono::steady_clock;

  // Its connection, whose id it has.
  uint64_t id = 0;
  std::shared_ptr<const PreparedPlan> plan;
  Isolation isolation = Isolation::kCommand;
  std::vector<RuleIdentity> identities;
  // Connections of slots without a command, the oldest first.
  std::deque<uint64_t> idle;
  // Commands, and slots that had one and are not gone yet: in a session those of which something
  // still runs.
  int running = 0;
  int attached = 0;
  // False after a slot could not be made, until the next command.
  bool refills = true;
  // No more commands: it ends with the last one.
  bool retired = false;
  // The host may have changed protected paths since its view was made.
  bool look = false;
  // Of the path watch that was there all the time since.
  uint64_t watch_epoch = 0;
  // What it reported before it ended.
  std::optional<Failure> failure;
  Clock::time_point last_used = Clock::now();
};

class RunnerPool {
 public:
  static constexpr std::chrono::seconds kIdle{60};
  static constexpr size_t kMaxRunners = 8;
  // Slots of a runner that are kept ready: one is taken, the other one is there for who comes next.
  static constexpr size_t kSpareSlots = 2;

  // The one for new commands of a plan, null when there is none.
  Runner* Find(uint64_t plan_id, Isolation isolation);
  std::vector<Runner*> OfPlan(uint64_t plan_id) const;
  Runner* Get(uint64_t id);
  Runner* Add(std::unique_ptr<Runner> runner);
  void Remove(uint64_t id);

  // Runners without commands that are not needed any more: retired, long unused, or too many.
  std::vector<uint64_t> Surplus();

  // Runners that have less than the spare slots.
  std::vector<Runner*> Lacking() const;

  bool empty() const { return runners_.empty(); }
  const std::map<uint64_t, std::unique_ptr<Runner>>& all() const { return runners_; }

 private:
  std::map<uint64_t, std::unique_ptr<Runner>> runners_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_RUNNER_POOL_H_
