#include "win/stamp.h"

#include <utility>

#include "win/placeholder.h"
#include "win/stamping.h"
#include "win/state_transaction.h"

namespace ringfence::win {

StampLease& StampLease::operator=(StampLease&& other) noexcept {
  if (this == &other) return *this;
  (void)Release();
  held_ = std::move(other.held_);
  sids_ = std::move(other.sids_);
  return *this;
}

StampLease::~StampLease() { (void)Release(); }

Status StampLease::Acquire(const AclApi& api, const StampRequest& request, StampLease* lease) {
  StampLease made;
  RINGFENCE_RETURN_IF_ERROR(Stamping(api, request).Run(&made));
  *lease = std::move(made);
  return Status::Ok();
}

Status StampLease::Release() {
  sids_.clear();
  const std::unique_ptr<Held> held = std::exchange(held_, nullptr);
  if (held == nullptr || !held->placeholders) return Status::Ok();
  StateTransaction state(held->api, held->state_directory);
  const Status begun = state.Begin();
  // Not before the transaction: nobody else may take them for free and be told otherwise.
  held->locks.Reset();
  RINGFENCE_RETURN_IF_ERROR(begun);
  Status swept = SweepPlaceholders(held->api, &state);
  Status saved = state.SaveStore();
  return swept.ok() ? saved : swept;
}

}  // namespace ringfence::win
