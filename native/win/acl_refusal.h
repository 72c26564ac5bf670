// What a refusal to plan an ACL is called.
#ifndef RINGFENCE_WIN_ACL_REFUSAL_H_
#define RINGFENCE_WIN_ACL_REFUSAL_H_

#include <string>

#include "core/status.h"
#include "win/acl_plan.h"

namespace ringfence::win {

// kNone is success.
Status StatusOf(AclRefusal refusal, const std::u16string& path);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_REFUSAL_H_
