// Changes of a DACL: an ACE of one of our own SIDs is put in, found to be there in effect, taken
// out. The ACEs of others keep their bytes and their order, also where that order is not the
// canonical one: to sort them would change what they mean to others.
#ifndef RINGFENCE_WIN_ACL_EDIT_H_
#define RINGFENCE_WIN_ACL_EDIT_H_

#include <cstddef>
#include <cstdint>
#include <set>

#include "win/acl.h"
#include "win/sid.h"

namespace ringfence::win {

// An explicit ACE to be, of a basic type.
struct AceRequest {
  enum class Kind : uint8_t { kAllow = kAccessAllowedAce, kDeny = kAccessDeniedAce };

  Kind kind = Kind::kAllow;
  Sid sid;
  AccessMask mask = 0;
  // kObjectInherit and kContainerInherit, or none: what is below gets it too.
  uint8_t inheritance = 0;
};

// Whether explicit denials come first, then explicit grants, then all that is inherited ("Order of
// ACEs in a DACL" on learn.microsoft.com). What is inherited has the order of the ancestors,
// nearest first.
bool IsCanonical(const Acl& acl);

// Puts the request in at its place: a denial before everything, a grant behind the last explicit
// denial and before what is inherited. An explicit ACE of the same kind, SID and flags gets the
// rights in place of a second one. False: nothing had to be changed.
//
// The result may still not be effective: a denial of the same SID wins over a grant. Ask
// IsEffective().
bool MergeAce(const AceRequest& request, Acl* acl);

// Whether all that is made below `acl` gets a grant of somebody else than `sids`: files, with
// kObjectInherit in `inheritance`, and directories, with kContainerInherit. Where nothing is handed
// down, what is made gets the default of its maker's token, which lets the user in. An ACE of ours
// that is handed down takes the place of that default, and the user's own files would be nobody's
// ("ACL propagation rules", [MS-DTYP] 2.5.3.4.1 CreateSecurityDescriptor). Where somebody's grant
// is handed down already, ours only joins it.
bool HandsDownToOthers(const std::set<Sid>& sids, uint8_t inheritance, const Acl& acl);

// Whether the ACEs of the request's SID already do what it asks for, explicit or inherited, in one
// ACE or several: on the object, and on the files and directories that will be made below it, at
// any depth. ACEs of other SIDs and conditional ACEs are not looked at.
bool IsEffective(const AceRequest& request, const Acl& acl);
// The two halves of it: on the object; below it, which is true when the request has no inheritance.
bool IsEffectiveHere(const AceRequest& request, const Acl& acl);
bool IsEffectiveBelow(const AceRequest& request, const Acl& acl);

// For a denial: as IsEffective(), and no ACE that grants one of its rights, to whomever, stands
// before it. Then it holds for tokens that have other restricting SIDs as well.
bool IsDeniedFirst(const AceRequest& request, const Acl& acl);

// Takes out every explicit basic ACE of `sid` and returns how many there were. Inherited ones are
// those of an ancestor. Undoes MergeAce() for a SID that had none before.
size_t RemoveAces(const Sid& sid, Acl* acl);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_EDIT_H_
