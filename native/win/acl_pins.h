// Whether read-only subpaths stay where they are.
#ifndef RINGFENCE_WIN_ACL_PINS_H_
#define RINGFENCE_WIN_ACL_PINS_H_

#include <string>
#include <vector>

#include "win/acl_plan.h"

namespace ringfence::win {

// A directory that takes a read-only subpath with it when it is renamed or removed, because it is
// neither pinned nor denied to a SID that the steps grant a root above it: whoever plans has to pin
// all that lies between the two, for each root of several that contain it. Empty: there is none.
// A subpath that is denied to a root which it does not lie in is the answer itself.
std::u16string FindUnpinned(const std::vector<AclStep>& steps);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_PINS_H_
