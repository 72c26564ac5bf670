// What the ACLs of a policy have to become: pure, from what they are.
//
// A root is granted to its capability SID, a read-only subpath is denied to it, and the directories
// above a read-only subpath are pinned: they cannot be deleted or renamed, and nothing is deleted
// through them. ACEs of our own SIDs that say anything else are replaced; those of others are kept
// byte by byte.
#ifndef RINGFENCE_WIN_ACL_PLAN_H_
#define RINGFENCE_WIN_ACL_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "win/access_mask.h"
#include "win/acl.h"
#include "win/acl_edit.h"
#include "win/sid.h"

namespace ringfence::win {

// FILE_DELETE_CHILD is not in it: it would delete a read-only subpath whatever that one's own ACL
// says. With DELETE on every entry nothing needs it.
constexpr AccessMask kGrantedRights =
    kFileGenericRead | kFileGenericWrite | kFileGenericExecute | kDelete;
// Every right that changes an object. READ_CONTROL and SYNCHRONIZE are part of FILE_GENERIC_WRITE,
// but reading needs them too.
constexpr AccessMask kDeniedRights = kFileWriteData | kFileAppendData | kFileWriteEa |
                                     kFileWriteAttributes | kFileDeleteChild | kDelete | kWriteDac |
                                     kWriteOwner;
// With the right to change the ACL too, which an ACE of another restricting SID may give, a pin
// would be taken away first.
constexpr AccessMask kPinnedRights = kDelete | kFileDeleteChild | kWriteDac | kWriteOwner;

enum class AclOperation : uint8_t { kGrant, kDeny, kPin };

// What is read of a path before anything is planned.
struct PathSecurity {
  bool directory = true;
  // FILE_PERSISTENT_ACLS of the volume.
  bool persistent_acls = true;
  // A null DACL grants everything to everybody; an empty one grants nothing.
  bool null_dacl = false;
  Acl dacl = {};

  bool operator==(const PathSecurity&) const = default;
};

struct AclStep {
  AclOperation operation = AclOperation::kGrant;
  // Canonical (canonical_path.h). Several steps may have the same.
  std::u16string path;
  // A grant: of the root. A denial or pin: of all roots that contain the path.
  std::vector<Sid> sids;
  PathSecurity security;
};

enum class AclRefusal : uint8_t {
  kNone,
  kNoAcls,         // the volume keeps none
  kNullDacl,       // everybody may write there; with a first ACE nobody else could any more
  kContradiction,  // granted and denied at once
  kForeign,        // somebody else's ACE gives one of our SIDs more than the grant
  kOrder,          // inherited ACEs before explicit ones: Windows would sort or protect the list
  kNotInheriting,  // nobody else's ACE is handed down; see HandsDownToOthers()
  kUnpinned,       // a read-only subpath could be moved away; see acl_pins.h
  kTooLarge,       // more than 64 KiB
  kMalformed,      // it cannot be written, because of an ACE that was there
  kIneffective,    // our own fault: the result does not do what was asked for
};

// Of one path, what its ACEs of our SIDs have to say. Denials come first.
using AclDemand = std::vector<AceRequest>;

struct AclDecision {
  AclRefusal refusal = AclRefusal::kNone;
  // `after` is not `before`; false also when it is refused.
  bool changes = false;
  Acl after = {};
};

// The steps of one path together. `directory`: what is below gets it too.
AclDemand DemandOf(const std::vector<const AclStep*>& steps, bool directory);

// What one ACL has to become. It stays when its ACEs, explicit or inherited, are already effective
// and no explicit one of our SIDs says anything else: so what was decided once needs no second
// edit.
AclDecision DecideAcl(const AclDemand& demand, const PathSecurity& now);

// Whether the ACL does all that is demanded. Stricter than IsEffective() about a denial: it has to
// stand before every ACE that grants one of its rights, to whomever, because the token has more
// restricting SIDs than one.
bool MeetsDemand(const AclDemand& demand, const Acl& acl);

struct PlannedAcl {
  std::u16string path;
  bool directory = true;
  AclDemand demand;
  // Does it have to be written? Windows then visits everything below a directory.
  bool changes = false;
  Acl before = {};
  Acl after = {};
};

struct AclPlan {
  // One for each path, in the order in which they are to be made: denials from the top down, pins,
  // grants from the bottom up. So a grant is effective when everything that it must not reach is
  // protected.
  std::vector<PlannedAcl> acls;

  size_t edits() const;
};

struct AclPlanRefusal {
  AclRefusal reason = AclRefusal::kNone;
  std::u16string path;
};

// False: `refusal` is the first in the order of the steps, and nothing may be written. The steps of
// one path have the same security. Linear in the number of steps, but for sorting them.
[[nodiscard]] bool PlanAcls(const std::vector<AclStep>& steps, AclPlan* plan,
                            AclPlanRefusal* refusal);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_PLAN_H_
