#include "win/acl_edit.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ringfence::win {
namespace {

bool Denies(uint8_t type) {
  return type == kAccessDeniedAce || type == kAccessDeniedObjectAce ||
         type == kAccessDeniedCallbackAce || type == kAccessDeniedCallbackObjectAce;
}

// Place in the canonical order.
int Rank(const Ace& ace) {
  if (ace.inherited()) return 2;
  return Denies(ace.type) ? 0 : 1;
}

auto PlaceOf(AceRequest::Kind kind, Acl* acl) {
  if (kind == AceRequest::Kind::kDeny) return acl->aces.begin();
  const auto last = std::find_if(acl->aces.rbegin(), acl->aces.rend(),
                                 [](const Ace& ace) { return Rank(ace) == 0; });
  return last.base();
}

// Whom an ACE with these flags applies to.
bool ReachesObject(uint8_t flags) { return (flags & kInheritOnly) == 0; }

// `inherit` is kObjectInherit for files below, kContainerInherit for directories below. An ACE that
// is not propagated ends with the first level.
bool ReachesBelow(uint8_t flags, uint8_t inherit) {
  return (flags & inherit) != 0 && (flags & kNoPropagateInherit) == 0;
}

// The rights that the first ACE which names them gives to, or takes from, the request's SID.
template <typename Reaches>
bool Decides(const AceRequest& request, const Acl& acl, const Reaches& reaches) {
  AccessMask open = MapGenericFileRights(request.mask);
  for (const Ace& ace : acl.aces) {
    if (!ace.basic() || ace.sid != request.sid || !reaches(ace.flags)) continue;
    const AccessMask mask = MapGenericFileRights(ace.mask) & open;
    if (mask != 0 && ace.type != static_cast<uint8_t>(request.kind)) return false;
    open &= ~mask;
  }
  return open == 0;
}

// Grants of a type that is not understood count as grants of everything.
AccessMask Grants(const Ace& ace) {
  if (ace.basic()) return ace.type == kAccessAllowedAce ? MapGenericFileRights(ace.mask) : 0;
  const bool grants = ace.type == kAccessAllowedObjectAce ||
                      ace.type == kAccessAllowedCallbackAce ||
                      ace.type == kAccessAllowedCallbackObjectAce;
  return grants ? ~AccessMask{0} : 0;
}

template <typename Reaches>
bool DeniedFirst(const AceRequest& request, const Acl& acl, const Reaches& reaches) {
  AccessMask open = MapGenericFileRights(request.mask);
  for (const Ace& ace : acl.aces) {
    if (!reaches(ace.flags)) continue;
    if ((Grants(ace) & open) != 0) return false;
    if (ace.type == kAccessDeniedAce && ace.sid == request.sid) {
      open &= ~MapGenericFileRights(ace.mask);
    }
  }
  return open == 0;
}

// Whether `holds` says so of each kind of object that an ACE with `inheritance` is handed down to.
template <typename Holds>
bool HoldsBelow(uint8_t inheritance, const Holds& holds) {
  return std::ranges::all_of(std::array{kObjectInherit, kContainerInherit}, [&](uint8_t inherit) {
    return (inheritance & inherit) == 0 ||
           holds([inherit](uint8_t flags) { return ReachesBelow(flags, inherit); });
  });
}

}  // namespace

bool IsCanonical(const Acl& acl) {
  return std::is_sorted(acl.aces.begin(), acl.aces.end(),
                        [](const Ace& a, const Ace& b) { return Rank(a) < Rank(b); });
}

bool MergeAce(const AceRequest& request, Acl* acl) {
  const auto type = static_cast<uint8_t>(request.kind);
  const auto same = std::find_if(acl->aces.begin(), acl->aces.end(), [&](const Ace& ace) {
    return ace.type == type && ace.flags == request.inheritance && ace.sid == request.sid;
  });
  if (same == acl->aces.end()) {
    acl->aces.insert(PlaceOf(request.kind, acl),
                     Ace{type, request.inheritance, request.mask, request.sid, {}});
    return true;
  }
  if ((request.mask & ~same->mask) == 0) return false;
  same->mask |= request.mask;
  return true;
}

bool HandsDownToOthers(const std::set<Sid>& sids, uint8_t inheritance, const Acl& acl) {
  return HoldsBelow(inheritance, [&](const auto& reaches) {
    return std::ranges::any_of(acl.aces, [&](const Ace& ace) {
      return Grants(ace) != 0 && reaches(ace.flags) && !(ace.basic() && sids.contains(ace.sid));
    });
  });
}

bool IsEffectiveHere(const AceRequest& request, const Acl& acl) {
  return Decides(request, acl, ReachesObject);
}

bool IsEffectiveBelow(const AceRequest& request, const Acl& acl) {
  return HoldsBelow(request.inheritance,
                    [&](const auto& reaches) { return Decides(request, acl, reaches); });
}

bool IsEffective(const AceRequest& request, const Acl& acl) {
  return IsEffectiveHere(request, acl) && IsEffectiveBelow(request, acl);
}

bool IsDeniedFirst(const AceRequest& request, const Acl& acl) {
  return DeniedFirst(request, acl, ReachesObject) &&
         HoldsBelow(request.inheritance,
                    [&](const auto& reaches) { return DeniedFirst(request, acl, reaches); });
}

size_t RemoveAces(const Sid& sid, Acl* acl) {
  return std::erase_if(
      acl->aces, [&](const Ace& ace) { return ace.basic() && !ace.inherited() && ace.sid == sid; });
}

}  // namespace ringfence::win
