#include "win/acl_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "win/acl_pins.h"

namespace ringfence::win {
namespace {

using Kind = AceRequest::Kind;

constexpr uint8_t kBelow = kObjectInherit | kContainerInherit;

std::set<Sid> SidsOf(const std::vector<const AclStep*>& steps, AclOperation operation) {
  std::set<Sid> sids;
  for (const AclStep* step : steps) {
    if (step->operation == operation) sids.insert(step->sids.begin(), step->sids.end());
  }
  return sids;
}

std::set<Sid> SidsOf(const AclDemand& demand) {
  std::set<Sid> sids;
  for (const AceRequest& request : demand) sids.insert(request.sid);
  return sids;
}

uint8_t InheritanceOf(const AclDemand& demand) {
  uint8_t inheritance = 0;
  for (const AceRequest& request : demand) inheritance |= request.inheritance;
  return inheritance;
}

Ace AceOf(const AceRequest& request) {
  return {static_cast<uint8_t>(request.kind), request.inheritance, request.mask, request.sid, {}};
}

// What a pin takes from the grant of the same SID on the root itself.
AccessMask DeniedHere(const AclDemand& demand, const Sid& sid) {
  AccessMask denied = 0;
  for (const AceRequest& request : demand) {
    if (request.kind == Kind::kDeny && request.sid == sid) denied |= request.mask;
  }
  return denied;
}

bool IsMet(const AceRequest& request, const AclDemand& demand, const Acl& acl) {
  if (request.kind == Kind::kDeny) return IsDeniedFirst(request, acl);
  AceRequest here = request;
  here.mask &= ~DeniedHere(demand, request.sid);
  return IsEffectiveHere(here, acl) && IsEffectiveBelow(request, acl);
}

// An explicit ACE of one of our SIDs that nobody asked for.
bool IsStray(const Ace& ace, const AclDemand& demand, const std::set<Sid>& sids) {
  if (!ace.basic() || ace.inherited() || !sids.contains(ace.sid)) return false;
  return std::ranges::none_of(demand,
                              [&](const AceRequest& request) { return AceOf(request) == ace; });
}

bool Names(const Ace& ace, const Sid& sid) {
  std::vector<uint8_t> bytes;
  sid.AppendBytes(&bytes);
  return std::search(ace.rest.begin(), ace.rest.end(), bytes.begin(), bytes.end()) !=
         ace.rest.end();
}

// An ACE that we cannot take out, and that may give one of our SIDs more than the grant.
bool IsForeign(const Ace& ace, const std::set<Sid>& sids) {
  if (ace.basic()) {
    return ace.inherited() && ace.type == kAccessAllowedAce && sids.contains(ace.sid) &&
           (MapGenericFileRights(ace.mask) & ~kGrantedRights) != 0;
  }
  return std::ranges::any_of(sids, [&](const Sid& sid) { return Names(ace, sid); });
}

bool InheritedComeLast(const Acl& acl) {
  return std::ranges::is_sorted(acl.aces, {}, &Ace::inherited);
}

AclDecision Refused(AclRefusal refusal) { return {refusal, false, {}}; }

// Of a DACL that has to be changed.
AclDecision DecideEdit(const AclDemand& demand, const std::set<Sid>& sids, const Acl& before) {
  if (!InheritedComeLast(before)) return Refused(AclRefusal::kOrder);
  Acl after = before;
  for (const Sid& sid : sids) RemoveAces(sid, &after);
  for (const AceRequest& request : demand) MergeAce(request, &after);
  if (!MeetsDemand(demand, after)) return Refused(AclRefusal::kIneffective);
  std::vector<uint8_t> bytes;
  const AclError error = EncodeAcl(after, &bytes);
  if (error == AclError::kTooLarge) return Refused(AclRefusal::kTooLarge);
  if (error != AclError::kNone) return Refused(AclRefusal::kMalformed);
  return {AclRefusal::kNone, true, std::move(after)};
}

// The place of a path in the plan's order; see AclPlan.
std::tuple<int, ptrdiff_t, std::u16string_view> Place(const PlannedAcl& acl) {
  const auto depth = std::ranges::count(acl.path, u'\\');
  const auto has = [&](Kind kind, bool full) {
    return std::ranges::any_of(acl.demand, [&](const AceRequest& request) {
      return request.kind == kind && (request.mask == kDeniedRights) == full;
    });
  };
  if (has(Kind::kAllow, false)) return {2, -depth, acl.path};
  return {has(Kind::kDeny, true) ? 0 : 1, depth, acl.path};
}

bool IsContradiction(const std::vector<const AclStep*>& steps) {
  return !SidsOf(steps, AclOperation::kGrant).empty() &&
         !SidsOf(steps, AclOperation::kDeny).empty();
}

AclRefusal PlanPath(const std::vector<const AclStep*>& steps, PlannedAcl* planned) {
  const PathSecurity& security = steps.front()->security;
  if (IsContradiction(steps)) return AclRefusal::kContradiction;
  planned->path = steps.front()->path;
  planned->directory = security.directory;
  planned->demand = DemandOf(steps, security.directory);
  AclDecision decision = DecideAcl(planned->demand, security);
  planned->changes = decision.changes;
  planned->before = security.dacl;
  planned->after = std::move(decision.after);
  return decision.refusal;
}

}  // namespace

AclDemand DemandOf(const std::vector<const AclStep*>& steps, bool directory) {
  const uint8_t inheritance = directory ? kBelow : 0;
  const std::set<Sid> denied = SidsOf(steps, AclOperation::kDeny);
  AclDemand demand;
  for (const Sid& sid : denied) demand.push_back({Kind::kDeny, sid, kDeniedRights, inheritance});
  for (const Sid& sid : SidsOf(steps, AclOperation::kPin)) {
    if (!denied.contains(sid)) demand.push_back({Kind::kDeny, sid, kPinnedRights, 0});
  }
  for (const Sid& sid : SidsOf(steps, AclOperation::kGrant)) {
    demand.push_back({Kind::kAllow, sid, kGrantedRights, inheritance});
  }
  return demand;
}

bool MeetsDemand(const AclDemand& demand, const Acl& acl) {
  return std::ranges::all_of(
      demand, [&](const AceRequest& request) { return IsMet(request, demand, acl); });
}

AclDecision DecideAcl(const AclDemand& demand, const PathSecurity& now) {
  if (!now.persistent_acls) return Refused(AclRefusal::kNoAcls);
  if (now.null_dacl) return Refused(AclRefusal::kNullDacl);
  const std::set<Sid> sids = SidsOf(demand);
  const std::vector<Ace>& aces = now.dacl.aces;
  if (std::ranges::any_of(aces, [&](const Ace& ace) { return IsForeign(ace, sids); })) {
    return Refused(AclRefusal::kForeign);
  }
  if (!HandsDownToOthers(sids, InheritanceOf(demand), now.dacl)) {
    return Refused(AclRefusal::kNotInheriting);
  }
  const bool stray =
      std::ranges::any_of(aces, [&](const Ace& ace) { return IsStray(ace, demand, sids); });
  if (!stray && MeetsDemand(demand, now.dacl)) return {AclRefusal::kNone, false, now.dacl};
  return DecideEdit(demand, sids, now.dacl);
}

size_t AclPlan::edits() const {
  return static_cast<size_t>(std::ranges::count_if(acls, &PlannedAcl::changes));
}

bool PlanAcls(const std::vector<AclStep>& steps, AclPlan* plan, AclPlanRefusal* refusal) {
  std::map<std::u16string, std::vector<const AclStep*>> by_path;
  std::vector<const std::vector<const AclStep*>*> in_order;
  for (const AclStep& step : steps) {
    auto [entry, added] = by_path.try_emplace(step.path);
    if (added) in_order.push_back(&entry->second);
    entry->second.push_back(&step);
  }
  AclPlan planned;
  for (const auto* of_path : in_order) {
    const AclRefusal reason = PlanPath(*of_path, &planned.acls.emplace_back());
    if (reason != AclRefusal::kNone) {
      *refusal = {reason, of_path->front()->path};
      return false;
    }
  }
  std::u16string unpinned = FindUnpinned(steps);
  if (!unpinned.empty()) {
    *refusal = {AclRefusal::kUnpinned, std::move(unpinned)};
    return false;
  }
  std::ranges::sort(planned.acls, {}, Place);
  *plan = std::move(planned);
  return true;
}

}  // namespace ringfence::win
