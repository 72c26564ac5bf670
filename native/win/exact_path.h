// Opens exactly the object that a canonical path names.
#ifndef RINGFENCE_WIN_EXACT_PATH_H_
#define RINGFENCE_WIN_EXACT_PATH_H_

#include <string>

#include "core/status.h"
#include "win/access_mask.h"
#include "win/acl_api.h"
#include "win/acl_plan.h"
#include "win/unique_handle.h"

namespace ringfence::win {

// No link is followed: when the path leads to an object with another name, or to something that
// stands for another object, it is windows.path.changed. What was checked is what the handle is of,
// whatever has the name later. `access` gets FILE_READ_ATTRIBUTES.
Status OpenExact(const AclApi& api, const std::u16string& path, AccessMask access,
                 UniqueHandle* file);

// Whether the object of `file` still has the path.
Status CheckPath(const AclApi& api, const std::u16string& path, Handle file);

// The object of `file` is no link, or it is windows.path.changed. Needs FILE_READ_ATTRIBUTES.
Status CheckNoLink(const AclApi& api, const std::u16string& path, Handle file);

// There is nothing with that name, or not even its directory.
bool IsMissing(const Status& status);
// As IsMissing(), or it is something else by now.
bool IsGone(const Status& status);

// `file` was opened with READ_CONTROL. Of a volume without ACLs the DACL is not asked for.
Status ReadSecurity(const AclApi& api, const std::u16string& path, Handle file,
                    PathSecurity* security);
Status ReadSecurity(const AclApi& api, const std::u16string& path, PathSecurity* security);

// Writes a DACL with a stage for the failure: SetSecurityInfo is called for two reasons.
Status WriteDacl(const AclApi& api, Stage stage, const std::u16string& path, Handle file,
                 const Acl& dacl);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_EXACT_PATH_H_
