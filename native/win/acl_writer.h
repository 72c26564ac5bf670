// Carries out a plan of ACLs: opens everything before it writes anything, writes in the order of
// the plan, reads back what it wrote, and stops at the first failure.
#ifndef RINGFENCE_WIN_ACL_WRITER_H_
#define RINGFENCE_WIN_ACL_WRITER_H_

#include <map>
#include <string>

#include "core/status.h"
#include "win/acl_api.h"
#include "win/acl_plan.h"
#include "win/undo_record.h"
#include "win/unique_handle.h"

namespace ringfence::win {

class AclWriter {
 public:
  explicit AclWriter(const AclApi& api) : api_(api) {}

  // The objects of a plan's changes. An ACL that is not as it was planned for is
  // windows.path.changed.
  Status Open(const AclPlan& plan);
  // Another one, opened with READ_CONTROL and WRITE_DAC.
  void Add(const std::u16string& path, UniqueHandle file);

  // Every change of the plan has been opened or added. What holds what is read back is the plan's
  // demand, not its list: Windows may store an ACE in another form.
  Status Write(const AclPlan& plan);

  // Takes back what Write() has begun with, from the last to the first, also of objects that have
  // another name by now. All is tried; `left` is what failed.
  void Undo(UndoRecord* left) const;

 private:
  Status WriteOne(const PlannedAcl& planned, Handle file);

  AclApi api_;
  std::map<std::u16string, UniqueHandle> files_;
  UndoRecord begun_;
};

// What Write() of a plan changes.
UndoAcl UndoOf(const PlannedAcl& planned);
UndoRecord UndoOf(const AclPlan& plan);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_WRITER_H_
