// Holds launches back until something else is done, on whatever thread that happens.
#ifndef RINGFENCE_LINUX_GATE_H_
#define RINGFENCE_LINUX_GATE_H_

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "core/status.h"

namespace ringfence {

class Gate {
 public:
  using Waiter = std::function<void(const Status&)>;

  // `waiter` is called once: at once when it is settled, else by Settle() on its thread.
  void Wait(Waiter waiter) {
    {
      const std::lock_guard lock(mutex_);
      if (!status_) {
        waiters_.push_back(std::move(waiter));
        return;
      }
    }
    waiter(*status_);
  }

  // A failure is that of all who wait. Once.
  void Settle(Status status) {
    std::vector<Waiter> waiters;
    {
      const std::lock_guard lock(mutex_);
      status_ = std::move(status);
      waiters.swap(waiters_);
    }
    for (const Waiter& waiter : waiters) waiter(*status_);
  }

 private:
  std::mutex mutex_;
  std::optional<Status> status_;
  std::vector<Waiter> waiters_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_GATE_H_
