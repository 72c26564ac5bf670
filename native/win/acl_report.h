// What the ACLs of a policy are now, and what a launch would do to them. Writes nothing.
#ifndef RINGFENCE_WIN_ACL_REPORT_H_
#define RINGFENCE_WIN_ACL_REPORT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "core/status.h"
#include "win/acl_api.h"
#include "win/stamp_request.h"

namespace ringfence::win {

// One for each step and root of it.
struct AclReport {
  // Index into the steps of the request.
  size_t step = 0;
  std::u16string path;
  // Empty: this root has none yet; a launch makes it.
  std::string sid;
  // The ACE that the step asks for is in the path's own ACL.
  bool stamped = false;
  // What the step asks for holds, by that ACE or by inherited ones.
  bool effective = false;
  // Rights that the ACL gives the SID on the path itself.
  AccessMask rights = 0;
  // For people: why it is effective, or what is missing. Of a failure the name of its stage.
  std::string reason;
  // Why a launch would be refused.
  Status failure;
  // A launch would write this DACL, or make this directory.
  bool would_write = false;
  // That write would make Windows visit everything below.
  bool propagates = false;
};

// A failure that is not about one path: the state directory, or the store of SIDs.
Status ExamineAcls(const AclApi& api, const StampRequest& request, std::vector<AclReport>* reports);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_REPORT_H_
