// What Windows answers to "may this token do that to this object": an executable specification that
// ACL plans are tested on where there is no Windows.
//
// Of [MS-DTYP] 2.5.3.2 it has the walk over the DACL, the owner's rights and OWNER RIGHTS,
// deny-only groups, generic rights of files, and MAXIMUM_ALLOWED; in addition the second pass of
// restricted tokens
// ("Restricted Tokens" on learn.microsoft.com). It has no privileges (a token here has but
// SeChangeNotifyPrivilege), no mandatory labels, no object ACEs and no conditional ACEs.
#ifndef RINGFENCE_TEST_NATIVE_ACCESS_CHECK_MODEL_H_
#define RINGFENCE_TEST_NATIVE_ACCESS_CHECK_MODEL_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "win/acl.h"
#include "win/sid.h"

namespace ringfence::win {

struct SecurityDescriptor {
  Sid owner;
  // No DACL grants everything; an empty one grants nothing but what the owner has.
  std::optional<Acl> dacl;
  // SE_DACL_PROTECTED: nothing is inherited.
  bool is_protected = false;

  bool operator==(const SecurityDescriptor&) const = default;
};

enum class Restriction : uint8_t {
  kNone,
  kEverything,
  kWrites,  // WRITE_RESTRICTED; with an empty list of restricting SIDs no write is left
};

struct Group {
  Sid sid;
  bool deny_only = false;
};

struct Token {
  Sid user;
  bool user_deny_only = false;
  std::vector<Group> groups = {};
  Restriction restriction = Restriction::kNone;
  std::vector<Sid> restricting = {};
  // Of what is made where nothing is inherited.
  Acl default_dacl = {};
};

// Which rights make a request one for writing is not documented. What GENERIC_WRITE stands for and
// reading does not need is certain.
constexpr AccessMask kWriteRightsNarrow =
    kFileGenericWrite & ~(kFileGenericRead | kFileGenericExecute);
constexpr AccessMask kWriteRightsWide =
    kWriteRightsNarrow | kFileDeleteChild | kDelete | kWriteDac | kWriteOwner;

// How the second pass of a write-restricted token is told to be. A plan has to hold for all of
// them.
struct WriteRestrictedRule {
  enum class Gate : uint8_t {
    kRights,   // the writing rights of a request need the restricting SIDs
    kRequest,  // a request that has a writing right needs them for all of its rights
  };

  AccessMask write_rights = kWriteRightsWide;
  Gate gate = Gate::kRequest;
};

inline constexpr WriteRestrictedRule kWriteRestrictedRules[] = {
    {kWriteRightsWide, WriteRestrictedRule::Gate::kRequest},
    {kWriteRightsWide, WriteRestrictedRule::Gate::kRights},
    {kWriteRightsNarrow, WriteRestrictedRule::Gate::kRequest},
    {kWriteRightsNarrow, WriteRestrictedRule::Gate::kRights},
};

// The rights of `desired` that are granted; 0 when the access is refused, which it is as soon as
// one is not. `desired` with MAXIMUM_ALLOWED gives all that is granted. A request for nothing is
// refused.
AccessMask CheckAccess(const SecurityDescriptor& object, const Token& token, AccessMask desired,
                       const WriteRestrictedRule& rule);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_ACCESS_CHECK_MODEL_H_
