// One stamping, from the request to the lease.
#ifndef RINGFENCE_WIN_STAMPING_H_
#define RINGFENCE_WIN_STAMPING_H_

#include <set>
#include <string>
#include <vector>

#include "core/status.h"
#include "win/acl_plan.h"
#include "win/acl_writer.h"
#include "win/stamp.h"
#include "win/stamp_targets.h"
#include "win/state_transaction.h"
#include "win/undo_record.h"

namespace ringfence::win {

class Stamping {
 public:
  Stamping(const AclApi& api, const StampRequest& request)
      : api_(api), request_(request), state_(api, request.state_directory) {}

  Status Run(StampLease* lease);

 private:
  // The state directory is not where a command could write.
  Status CheckPlace() const;
  // Undoes what a crash has left. What cannot be undone stays recorded, and only launches that
  // would have its SIDs are refused.
  Status Heal();
  // Holds the placeholders that other leases have made and that this one needs, too.
  Status JoinPlaceholders();
  // An entry for each root, new or old.
  Status FindSids();
  Status RequireHealed() const;
  // What is there to be done: `targets_` and `plan_`.
  Status Plan();
  // Everything that is about to exist is in the store before it exists.
  Status SaveStore();
  Status HoldIds();
  Status Apply();
  // `made` are the placeholders, also when it fails.
  Status Write(AclWriter* writer, std::vector<std::u16string>* made);

  AclApi api_;
  const StampRequest& request_;
  StateTransaction state_;
  UniqueHandle locks_;
  std::set<std::u16string> joined_;
  // Of the roots, in their order; into the entries of the store.
  std::vector<size_t> entries_;
  std::vector<Sid> sids_;
  // Of a crash, not undone.
  UndoRecord left_;
  Status left_failure_;
  StampTargets targets_;
  AclPlan plan_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_STAMPING_H_
