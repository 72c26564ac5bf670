#include "linux/plan_watches.h"

namespace ringfence {

uint64_t PlanWatches::Hold(const PreparedPlan& plan) {
  auto& watched = watches_[plan.id];
  if (!watched) {
    watched = std::make_unique<Watched>();
    watched->epoch = ++last_epoch_;
    const bool started = plan.watched.empty() || (watched->watch.Start(plan.watched) &&
                                                  poll_(watched->watch.fd(), plan.id));
    if (!started) {
      watches_.erase(plan.id);
      return 0;
    }
  }
  watched->last_used = Clock::now();
  return watched->epoch;
}

bool PlanWatches::Changed(uint64_t plan_id) {
  const auto found = watches_.find(plan_id);
  return found != watches_.end() && found->second->watch.Changed();
}

void PlanWatches::DropIdle(const std::function<bool(uint64_t plan_id)>& in_use) {
  const Clock::time_point now = Clock::now();
  for (auto watched = watches_.begin(); watched != watches_.end();) {
    if (in_use(watched->first)) watched->second->last_used = now;
    if (now - watched->second->last_used < kIdle) {
      ++watched;
    } else {
      watched = watches_.erase(watched);
    }
  }
}

}  // namespace ringfence
