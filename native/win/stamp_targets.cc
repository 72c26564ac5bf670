#include "win/stamp_targets.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "win/exact_path.h"
#include "win/utf16.h"

namespace ringfence::win {
namespace {

struct Reading {
  Status status;
  PathSecurity security;
};

AclStep ToAclStep(const StampStep& step, const std::vector<Sid>& sids) {
  AclStep acl_step{step.operation, step.path, {}, {}};
  for (const size_t root : step.roots) acl_step.sids.push_back(sids[root]);
  return acl_step;
}

}  // namespace

bool HasValidRoots(const StampStep& step, const StampRequest& request) {
  return !step.roots.empty() &&
         std::ranges::all_of(step.roots, [&](size_t root) { return root < request.roots.size(); });
}

bool GetsPlaceholder(const StampStep& step, const Status& missing) {
  if (step.operation != AclOperation::kDeny || missing.os_code() != kErrorFileNotFound) {
    return false;
  }
  if (step.target == StampTarget::kMissing) return true;
  return step.target == StampTarget::kDirectory && !step.optional;
}

Status ReadTargets(const AclApi& api, const StampRequest& request, const std::vector<Sid>& sids,
                   StampTargets* targets) {
  std::map<std::u16string, Reading> readings;
  StampTargets read;
  for (const StampStep& step : request.steps) {
    if (!HasValidRoots(step, request)) return {Stage::kWinAclContradiction, 0, ToUtf8(step.path)};
    AclStep acl_step = ToAclStep(step, sids);
    auto [entry, is_new] = readings.try_emplace(step.path);
    Reading& reading = entry->second;
    if (is_new) reading.status = ReadSecurity(api, step.path, &reading.security);
    if (reading.status.ok()) {
      acl_step.security = reading.security;
      read.present.push_back(std::move(acl_step));
    } else if (IsMissing(reading.status) && GetsPlaceholder(step, reading.status)) {
      read.missing.push_back(std::move(acl_step));
    } else if (!IsMissing(reading.status) || !step.optional) {
      return reading.status;
    }
  }
  *targets = std::move(read);
  return Status::Ok();
}

std::vector<std::u16string> MissingPaths(const StampTargets& targets) {
  std::set<std::u16string> paths;
  for (const AclStep& step : targets.missing) paths.insert(step.path);
  return {paths.begin(), paths.end()};
}

}  // namespace ringfence::win
