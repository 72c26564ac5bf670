#include "win/acl_report.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "win/acl_refusal.h"
#include "win/exact_path.h"
#include "win/stamp_targets.h"
#include "win/state_transaction.h"
#include "win/utf16.h"

namespace ringfence::win {
namespace {

using Kind = AceRequest::Kind;

// A path with all of its steps: they share one ACL.
struct PathReport {
  std::vector<AclStep> steps;
  Status read;
  PathSecurity security;
  AclDemand demand;
  AclDecision decision;
};

Status ReadStore(const AclApi& api, const std::u16string& directory, SidStore* store) {
  PathSecurity security;
  Status there = ReadSecurity(api, directory, &security);
  if (IsMissing(there)) return Status::Ok();
  RINGFENCE_RETURN_IF_ERROR(std::move(there));
  StateTransaction state(api, directory);
  RINGFENCE_RETURN_IF_ERROR(state.Begin());
  *store = state.store();
  return Status::Ok();
}

// Stands for the SID of a root that has none yet: no ACL has it.
Sid UnmadeSid(size_t root) {
  std::array<uint8_t, kCapabilityEntropy> number = {};
  for (size_t i = 0; i < sizeof(root); ++i) number[i] = static_cast<uint8_t>(root >> (8 * i));
  return MakeCapabilitySid(number);
}

struct RootSid {
  Sid sid;
  bool made = false;
};

std::vector<RootSid> SidsOf(const StampRequest& request, const SidStore& store) {
  std::map<std::pair<std::u16string, std::string>, Sid> known;
  for (const SidEntry& entry : store.entries) known[{entry.root, entry.variant}] = entry.sid;
  std::vector<RootSid> sids;
  for (size_t i = 0; i < request.roots.size(); ++i) {
    const auto found = known.find({request.roots[i].path, request.roots[i].variant});
    sids.push_back(found == known.end() ? RootSid{UnmadeSid(i)} : RootSid{found->second, true});
  }
  return sids;
}

AccessMask RightsOf(const Sid& sid, const Acl& acl) {
  AccessMask granted = 0;
  AccessMask denied = 0;
  for (const Ace& ace : acl.aces) {
    if (!ace.basic() || ace.sid != sid || (ace.flags & kInheritOnly) != 0) continue;
    const AccessMask mask = MapGenericFileRights(ace.mask);
    if (ace.type == kAccessAllowedAce) granted |= mask & ~denied;
    if (ace.type == kAccessDeniedAce) denied |= mask & ~granted;
  }
  return granted;
}

// What the step asks of one SID, with what is denied to it on the same path.
AclDemand DemandOfStep(const PathReport& path, AclOperation operation, const Sid& sid) {
  AclDemand demand;
  for (const AceRequest& request : path.demand) {
    const bool wanted = request.kind == Kind::kDeny || operation == AclOperation::kGrant;
    if (request.sid == sid && wanted) demand.push_back(request);
  }
  return demand;
}

bool IsOwn(const AceRequest& request, const Acl& acl) {
  return std::ranges::any_of(acl.aces, [&](const Ace& ace) {
    return ace.type == static_cast<uint8_t>(request.kind) && ace.flags == request.inheritance &&
           ace.mask == request.mask && ace.sid == request.sid;
  });
}

std::map<std::u16string, PathReport> ReadPaths(const AclApi& api, const StampRequest& request,
                                               const std::vector<RootSid>& sids) {
  std::map<std::u16string, PathReport> paths;
  for (const StampStep& step : request.steps) {
    const auto [entry, is_new] = paths.try_emplace(step.path);
    PathReport& path = entry->second;
    if (is_new) path.read = ReadSecurity(api, step.path, &path.security);
    AclStep acl_step{step.operation, step.path, {}, {}};
    for (const size_t root : step.roots) acl_step.sids.push_back(sids[root].sid);
    path.steps.push_back(std::move(acl_step));
  }
  for (auto& [name, path] : paths) {
    std::vector<const AclStep*> steps;
    for (const AclStep& step : path.steps) steps.push_back(&step);
    path.demand = DemandOf(steps, path.security.directory);
    if (path.read.ok()) path.decision = DecideAcl(path.demand, path.security);
  }
  return paths;
}

std::string ReasonOf(const AclReport& report, bool missing) {
  if (!report.failure.ok()) return StageName(static_cast<uint32_t>(report.failure.stage()));
  if (missing && report.would_write) return "does not exist: an empty directory will stand for it";
  if (missing) return "does not exist, and is left out";
  if (report.stamped && report.effective) return "has an entry of its own";
  if (report.effective) return "inherited from a directory above";
  return report.stamped ? "its entry is not effective" : "has no entry yet";
}

void Judge(const StampStep& step, const PathReport& path, const RootSid& root, AclReport* report) {
  const bool missing = IsMissing(path.read);
  if (missing) {
    report->would_write = GetsPlaceholder(step, path.read);
    if (!report->would_write && !step.optional) report->failure = path.read;
  } else if (!path.read.ok()) {
    report->failure = path.read;
  } else {
    const AclDemand demand = DemandOfStep(path, step.operation, root.sid);
    const Kind kind = step.operation == AclOperation::kGrant ? Kind::kAllow : Kind::kDeny;
    report->stamped = std::ranges::any_of(demand, [&](const AceRequest& request) {
      return request.kind == kind && IsOwn(request, path.security.dacl);
    });
    report->effective = !path.security.null_dacl && MeetsDemand(demand, path.security.dacl);
    report->rights = RightsOf(root.sid, path.security.dacl);
    report->failure = StatusOf(path.decision.refusal, step.path);
    report->would_write = path.decision.changes;
    report->propagates = report->would_write && path.security.directory &&
                         std::ranges::any_of(path.demand, [](const AceRequest& request) {
                           return request.inheritance != 0;
                         });
  }
  report->reason = ReasonOf(*report, missing);
}

}  // namespace

Status ExamineAcls(const AclApi& api, const StampRequest& request,
                   std::vector<AclReport>* reports) {
  for (const StampStep& step : request.steps) {
    if (!HasValidRoots(step, request)) return {Stage::kWinAclContradiction, 0, ToUtf8(step.path)};
  }
  SidStore store;
  RINGFENCE_RETURN_IF_ERROR(ReadStore(api, request.state_directory, &store));
  const std::vector<RootSid> sids = SidsOf(request, store);
  const std::map<std::u16string, PathReport> paths = ReadPaths(api, request, sids);
  std::vector<AclReport> made;
  for (size_t i = 0; i < request.steps.size(); ++i) {
    const StampStep& step = request.steps[i];
    for (const size_t root : step.roots) {
      AclReport& report = made.emplace_back();
      report.step = i;
      report.path = step.path;
      if (sids[root].made) report.sid = sids[root].sid.ToText();
      Judge(step, paths.at(step.path), sids[root], &report);
    }
  }
  *reports = std::move(made);
  return Status::Ok();
}

}  // namespace ringfence::win
