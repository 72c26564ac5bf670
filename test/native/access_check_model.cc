#include "access_check_model.h"

#include <algorithm>

#include "sids.h"

namespace ringfence::win {
namespace {

enum class Match : uint8_t { kNone, kEnabled, kDenyOnly };

// The SIDs of a token for ordinary checks. One that is there enabled and deny-only counts as
// enabled.
struct NormalIdentity {
  const Token& token;

  Match Find(const Sid& sid) const {
    Match match = Match::kNone;
    const auto add = [&](const Sid& own, bool deny_only) {
      if (own == sid && match != Match::kEnabled) {
        match = deny_only ? Match::kDenyOnly : Match::kEnabled;
      }
    };
    add(token.user, token.user_deny_only);
    for (const Group& group : token.groups) add(group.sid, group.deny_only);
    return match;
  }
};

// The restricting SIDs, which have no attributes.
struct RestrictedIdentity {
  const Token& token;

  Match Find(const Sid& sid) const {
    const auto& own = token.restricting;
    return std::find(own.begin(), own.end(), sid) == own.end() ? Match::kNone : Match::kEnabled;
  }
};

bool Applies(const Ace& ace) { return ace.basic() && (ace.flags & kInheritOnly) == 0; }

// OWNER RIGHTS stands for the owner, and takes from it what owners have implicitly.
AccessMask ImplicitRights(const Acl& dacl) {
  const bool has_owner_rights = std::any_of(dacl.aces.begin(), dacl.aces.end(), [](const Ace& ace) {
    return Applies(ace) && ace.sid == kOwnerRights;
  });
  return has_owner_rights ? 0 : kReadControl | kWriteDac;
}

// Everything that the identity has. Each right is decided by the first ACE that names it, so that
// one walk answers every request.
template <typename Identity>
AccessMask Walk(const SecurityDescriptor& object, const Identity& identity) {
  if (!object.dacl) return kFileAllAccess;
  const Match owner = identity.Find(object.owner);
  AccessMask granted = owner == Match::kEnabled ? ImplicitRights(*object.dacl) : 0;
  AccessMask denied = 0;
  for (const Ace& ace : object.dacl->aces) {
    if (!Applies(ace)) continue;
    const Match match = ace.sid == kOwnerRights ? owner : identity.Find(ace.sid);
    const AccessMask mask = MapGenericFileRights(ace.mask);
    if (ace.type == kAccessDeniedAce && match != Match::kNone) denied |= mask & ~granted;
    if (ace.type == kAccessAllowedAce && match == Match::kEnabled) granted |= mask & ~denied;
  }
  return granted;
}

// What is granted of the rights asked for; `desired` has no MAXIMUM_ALLOWED.
AccessMask Granted(const SecurityDescriptor& object, const Token& token, AccessMask desired,
                   const WriteRestrictedRule& rule) {
  const AccessMask normal = Walk(object, NormalIdentity{token}) & desired;
  if (token.restriction == Restriction::kNone) return normal;
  const AccessMask both = normal & Walk(object, RestrictedIdentity{token});
  if (token.restriction == Restriction::kEverything) return both;
  if (rule.gate == WriteRestrictedRule::Gate::kRights) {
    return both | (normal & ~rule.write_rights);
  }
  return (desired & rule.write_rights) == 0 ? normal : both;
}

}  // namespace

AccessMask CheckAccess(const SecurityDescriptor& object, const Token& token, AccessMask desired,
                       const WriteRestrictedRule& rule) {
  const AccessMask wanted = MapGenericFileRights(desired & ~kMaximumAllowed);
  if ((desired & kMaximumAllowed) != 0) {
    // Reading rights are had without the writing ones, whatever those do to a request.
    const AccessMask all = Granted(object, token, kFileAllAccess, rule) |
                           Granted(object, token, kFileAllAccess & ~rule.write_rights, rule);
    return (wanted & ~all) == 0 ? all : 0;
  }
  const AccessMask granted = Granted(object, token, wanted, rule);
  return granted == wanted ? granted : 0;
}

}  // namespace ringfence::win
