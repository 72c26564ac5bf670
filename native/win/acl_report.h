// What the ACLs of a policy are now, and what a launch would do to them. Writes nothing.
#ifndef RINGFENCE_WIN_ACL_REPORT_H_
#define RINGFENCE_WIN_ACL_REPORT_H_

#include <string>
#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/stamp_request.h"

namespace ringfence::win {

// One for each step and root of it.
struct AclReport {
  AclOperation operation = AclOperation::kGrant;
  std::u16string path;
  // Empty: this root has none yet; a launch makes it.
  std::string sid;
  // What the step asks for holds.
  bool stamped = false;
  // Rights that the ACEs of the SID give on the path itself; what it denies is taken off.
  AccessMask effective = 0;
  // Why a launch would be refused; kNone: it would not.
  Status reason;
  // A launch would write this DACL, or make this directory.
  bool would_write = false;
  // That write would make Windows visit everything below.
  bool propagates = false;
};

// A failure that is not about one path: the state directory, or the store of SIDs.
Status ExamineAcls(const Win32Api& api, const StampRequest& request,
                   std::vector<AclReport>* reports);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_REPORT_H_
