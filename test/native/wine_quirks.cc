#include "wine_quirks.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "sids.h"

namespace ringfence::win {
namespace {

constexpr AccessMask kStandardRights =
    kDelete | kReadControl | kWriteDac | kWriteOwner | kSynchronize;

// Named by nothing, and not the same.
constexpr Sid kNoOwner(0, {0});
constexpr Sid kNoUser(0, {1});

bool Has(const WineQuirkSet& quirks, WineQuirk quirk) { return quirks[static_cast<size_t>(quirk)]; }

bool Applies(const Ace& ace) { return (ace.flags & kInheritOnly) == 0; }

// The owner's rights as an ACE, which a denial can then be put before.
void MakeOwnersRightsExplicit(AccessMask rights, SecurityDescriptor* object) {
  if (!object->dacl) return;
  Acl& dacl = *object->dacl;
  const bool owner_rights = std::ranges::any_of(
      dacl.aces, [](const Ace& ace) { return Applies(ace) && ace.sid == kOwnerRights; });
  for (Ace& ace : dacl.aces) {
    if (ace.sid == kOwnerRights) ace.sid = object->owner;
  }
  if (!owner_rights) {
    dacl.aces.insert(dacl.aces.begin(), Ace{kAccessAllowedAce, 0, rights, object->owner, {}});
  }
  object->owner = kNoOwner;
}

void PutDenialsFirst(Acl* dacl) {
  const auto denies = [](const Ace& ace) { return ace.type == kAccessDeniedAce; };
  std::vector<Ace> aces;
  std::ranges::copy_if(dacl->aces, std::back_inserter(aces), denies);
  std::ranges::copy_if(dacl->aces, std::back_inserter(aces), std::not_fn(denies));
  dacl->aces = std::move(aces);
}

// A denial of all that is asked for refuses as long as anything of it is missing.
void WidenDenials(AccessMask desired, Acl* dacl) {
  for (Ace& ace : dacl->aces) {
    if (ace.type == kAccessDeniedAce && (MapGenericFileRights(ace.mask) & desired) != 0) {
      ace.mask = desired;
    }
  }
}

}  // namespace

const char* WineQuirkName(WineQuirk quirk) {
  switch (quirk) {
    case WineQuirk::kOwnerHasStandardRights:
      return "owner has all standard rights";
    case WineQuirk::kNoOwnerRights:
      return "OWNER RIGHTS is not known";
    case WineQuirk::kDenyOnlyIsAbsent:
      return "deny-only groups are not looked at";
    case WineQuirk::kDenialEndsRequest:
      return "a denial of a granted right ends the request";
    case WineQuirk::kMaximumAllowedDeniesFirst:
      return "MAXIMUM_ALLOWED: denials first";
    case WineQuirk::kMaximumAllowedForgetsRights:
      return "MAXIMUM_ALLOWED: other rights forgotten";
  }
  return "";
}

AccessCase AskedOfWine(AccessCase access, const WineQuirkSet& quirks) {
  const bool maximum = (access.desired & kMaximumAllowed) != 0;
  if (Has(quirks, WineQuirk::kDenyOnlyIsAbsent)) {
    std::erase_if(access.token.groups, [](const Group& group) { return group.deny_only; });
    if (access.token.user_deny_only) access.token.user = kNoUser;
  }
  if (maximum && Has(quirks, WineQuirk::kMaximumAllowedForgetsRights)) {
    access.desired = kMaximumAllowed;
  }
  if (!access.object.dacl) return access;
  Acl& dacl = *access.object.dacl;
  if (Has(quirks, WineQuirk::kNoOwnerRights)) {
    std::erase_if(dacl.aces, [](const Ace& ace) { return ace.sid == kOwnerRights; });
  }
  const bool all_standard = Has(quirks, WineQuirk::kOwnerHasStandardRights);
  MakeOwnersRightsExplicit(all_standard ? kStandardRights : kReadControl | kWriteDac,
                           &access.object);
  if (maximum && Has(quirks, WineQuirk::kMaximumAllowedDeniesFirst)) PutDenialsFirst(&dacl);
  if (!maximum && Has(quirks, WineQuirk::kDenialEndsRequest)) {
    WidenDenials(MapGenericFileRights(access.desired), &dacl);
  }
  return access;
}

}  // namespace ringfence::win
