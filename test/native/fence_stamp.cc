#include "fence_stamp.h"

#include <algorithm>
#include <set>
#include <utility>

#include "file_operation.h"
#include "tree_path.h"

namespace ringfence::win {
namespace {

constexpr char16_t kTop[] = u"C:\\top";

std::u16string FullPath(const std::string& path) {
  return kTop + std::u16string(path.empty() ? u"" : u"\\") +
         std::u16string(path.begin(), path.end());
}

std::string OwnPath(const std::u16string& path) {
  std::string own;
  for (const char16_t unit : path.substr(std::min(path.size(), std::size(kTop)))) {
    own.push_back(static_cast<char>(unit));
  }
  return own;
}

PathSecurity SecurityOf(const Node& node) {
  PathSecurity security;
  security.directory = node.kind == Node::Kind::kDirectory;
  security.null_dacl = !node.security.dacl;
  security.dacl = node.security.dacl.value_or(Acl());
  return security;
}

std::vector<Sid> SidsOfRootsAbove(const FencePolicy& policy, uint32_t variant,
                                  const std::string& path) {
  std::vector<Sid> sids;
  for (size_t i = 0; i < policy.roots.size(); ++i) {
    if (IsInside(path, policy.roots[i])) sids.push_back(CapabilitySid(i, variant));
  }
  return sids;
}

std::vector<AclStep> StepsOf(const FencePolicy& policy, uint32_t variant, const Node& top) {
  std::vector<AclStep> steps;
  const auto add = [&](AclOperation operation, const std::string& path, std::vector<Sid> sids) {
    steps.push_back({operation, FullPath(path), std::move(sids), SecurityOf(*FindNode(path, top))});
  };
  std::set<std::string> pinned(policy.roots.begin(), policy.roots.end());
  for (const std::string& closed : policy.read_only) {
    for (std::string way = ParentOf(closed); !way.empty(); way = ParentOf(way)) {
      if (IsPinned(policy, way)) pinned.insert(way);
    }
    add(AclOperation::kDeny, closed, SidsOfRootsAbove(policy, variant, closed));
  }
  for (const std::string& path : pinned) {
    add(AclOperation::kPin, path, SidsOfRootsAbove(policy, variant, path));
  }
  for (size_t i = 0; i < policy.roots.size(); ++i) {
    add(AclOperation::kGrant, policy.roots[i], {CapabilitySid(i, variant)});
  }
  return steps;
}

void DropDenials(AccessMask mask, const AclDemand& demand, Acl* acl) {
  for (const AceRequest& request : demand) {
    if (request.kind != AceRequest::Kind::kDeny || request.mask != mask) continue;
    std::erase_if(acl->aces, [&](const Ace& ace) {
      return ace.type == kAccessDeniedAce && ace.sid == request.sid && ace.mask == mask;
    });
  }
}

void ChangeGrants(const AclDemand& demand, AccessMask taken, AccessMask given, Acl* acl) {
  for (Ace& ace : acl->aces) {
    const bool ours = std::ranges::any_of(
        demand, [&](const AceRequest& request) { return request.sid == ace.sid; });
    if (ours && ace.type == kAccessAllowedAce) ace.mask = (ace.mask & ~taken) | given;
  }
}

void MoveDenialsLast(const AclDemand& demand, Acl* acl) {
  std::vector<Ace> denials;
  std::erase_if(acl->aces, [&](const Ace& ace) {
    const bool ours =
        ace.type == kAccessDeniedAce && std::ranges::any_of(demand, [&](const AceRequest& request) {
          return request.sid == ace.sid;
        });
    if (ours) denials.push_back(ace);
    return ours;
  });
  acl->aces.insert(acl->aces.end(), denials.begin(), denials.end());
}

void MakeMistake(PlanMistake mistake, const AclDemand& demand, Acl* acl) {
  switch (mistake) {
    case PlanMistake::kNone:
      break;
    case PlanMistake::kGrantWithoutDelete:
      ChangeGrants(demand, kDelete, 0, acl);
      break;
    case PlanMistake::kGrantWithDeleteChild:
      ChangeGrants(demand, 0, kFileDeleteChild, acl);
      break;
    case PlanMistake::kNoPins:
      DropDenials(kPinnedRights, demand, acl);
      break;
    case PlanMistake::kNoDenials:
      DropDenials(kDeniedRights, demand, acl);
      break;
    case PlanMistake::kDenialsLast:
      MoveDenialsLast(demand, acl);
      break;
  }
}

}  // namespace

const char* MistakeName(PlanMistake mistake) {
  constexpr const char* kNames[] = {
      "none",       "a grant without DELETE", "a grant with FILE_DELETE_CHILD", "no pins",
      "no denials", "denials behind grants"};
  return kNames[static_cast<size_t>(mistake)];
}

Sid CapabilitySid(size_t root, uint32_t variant) {
  return Sid(5, {21, variant, 0xcafe, 0xf00d, static_cast<uint32_t>(root)});
}

Stamped Stamp(const FencePolicy& policy, uint32_t variant, PlanMistake mistake, Node* top) {
  AclPlan plan;
  AclPlanRefusal refusal;
  if (!PlanAcls(StepsOf(policy, variant, *top), &plan, &refusal)) return {refusal.reason};
  Stamped stamped;
  for (const PlannedAcl& planned : plan.acls) {
    Node* const node = FindNode(OwnPath(planned.path), top);
    // What was written above has reached it by now.
    const PathSecurity now = SecurityOf(*node);
    AclDecision decision = DecideAcl(planned.demand, now);
    if (decision.refusal != AclRefusal::kNone) return {decision.refusal};
    if (!decision.changes) continue;
    MakeMistake(mistake, planned.demand, &decision.after);
    SetDacl(decision.after, node);
    stamped.written.push_back({OwnPath(planned.path), now.dacl, std::move(decision.after)});
  }
  return stamped;
}

}  // namespace ringfence::win
