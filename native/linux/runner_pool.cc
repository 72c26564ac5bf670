#include "linux/runner_pool.h"

namespace ringfence {

Runner* RunnerPool::Find(uint64_t plan_id, Isolation isolation) {
  for (Runner* runner : OfPlan(plan_id)) {
    if (runner->isolation == isolation) return runner;
  }
  return nullptr;
}

std::vector<Runner*> RunnerPool::OfPlan(uint64_t plan_id) const {
  std::vector<Runner*> found;
  for (const auto& [id, runner] : runners_) {
    if (!runner->retired && runner->plan->id == plan_id) found.push_back(runner.get());
  }
  return found;
}

Runner* RunnerPool::Get(uint64_t id) {
  const auto found = runners_.find(id);
  return found == runners_.end() ? nullptr : found->second.get();
}

Runner* RunnerPool::Add(std::unique_ptr<Runner> runner) {
  Runner* added = runner.get();
  runners_[added->id] = std::move(runner);
  return added;
}

void RunnerPool::Remove(uint64_t id) { runners_.erase(id); }

std::vector<Runner*> RunnerPool::Lacking() const {
  std::vector<Runner*> lacking;
  for (const auto& [id, runner] : runners_) {
    if (!runner->retired && runner->refills && runner->idle.size() < kSpareSlots)
      lacking.push_back(runner.get());
  }
  return lacking;
}

std::vector<uint64_t> RunnerPool::Surplus() {
  std::vector<uint64_t> surplus;
  const Runner* oldest = nullptr;
  const Runner::Clock::time_point now = Runner::Clock::now();
  for (const auto& [id, runner] : runners_) {
    if (runner->running > 0 || (runner->attached > 0 && !runner->retired)) continue;
    if (runner->retired || now - runner->last_used >= kIdle) {
      surplus.push_back(id);
    } else if (oldest == nullptr || runner->last_used < oldest->last_used) {
      oldest = runner.get();
    }
  }
  const bool too_many = runners_.size() - surplus.size() > kMaxRunners;
  if (too_many && oldest != nullptr) surplus.push_back(oldest->id);
  return surplus;
}

}  // namespace ringfence
