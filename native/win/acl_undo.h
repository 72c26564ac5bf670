// Takes back what an undo record says was changed.
#ifndef RINGFENCE_WIN_ACL_UNDO_H_
#define RINGFENCE_WIN_ACL_UNDO_H_

#include "core/status.h"
#include "win/acl_api.h"
#include "win/api/handle.h"
#include "win/undo_record.h"

namespace ringfence::win {

// One ACL, by a handle with READ_CONTROL and WRITE_DAC. It is written also when it looks as before:
// a process that died while Windows brought inherited ACEs down may have left half of them below.
Status UndoAclChange(const AclApi& api, const UndoAcl& undo, Handle file);

// ACLs from the last to the first, then directories. All is tried; `left` is what failed, and the
// answer the first failure. An object that is gone needs nothing.
Status UndoChanges(const AclApi& api, const UndoRecord& record, UndoRecord* left);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_UNDO_H_
