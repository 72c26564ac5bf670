#include "fence_policy.h"

#include <algorithm>

#include "tree_path.h"

namespace ringfence::win {
namespace {

bool Has(const std::vector<std::string>& paths, const std::string& path) {
  return std::ranges::find(paths, path) != paths.end();
}

bool LiesInRoot(const FencePolicy& policy, const std::string& path) {
  return std::ranges::any_of(policy.roots,
                             [&](const std::string& root) { return IsInside(path, root); });
}

bool HoldsReadOnly(const FencePolicy& policy, const std::string& path) {
  return std::ranges::any_of(policy.read_only,
                             [&](const std::string& closed) { return IsInside(closed, path); });
}

}  // namespace

bool IsWritable(const FencePolicy& policy, const std::string& path) {
  for (std::string above = path; !above.empty(); above = ParentOf(above)) {
    if (Has(policy.read_only, above)) return false;
    if (Has(policy.roots, above)) return true;
  }
  return false;
}

bool IsRemovable(const FencePolicy& policy, const std::string& path) {
  return IsWritable(policy, path) && !Has(policy.roots, path) && !HoldsReadOnly(policy, path);
}

bool IsPinned(const FencePolicy& policy, const std::string& path) {
  if (Has(policy.roots, path)) return true;
  return LiesInRoot(policy, path) && HoldsReadOnly(policy, path) && !Has(policy.read_only, path);
}

bool Permits(const FencePolicy& policy, const FileOperation& operation) {
  using Kind = FileOperation::Kind;
  const auto& [kind, path, to] = operation;
  switch (kind) {
    case Kind::kRead:
      return true;
    case Kind::kCreateFile:
    case Kind::kCreateDirectory:
      return IsWritable(policy, ParentOf(path));
    case Kind::kOverwrite:
    case Kind::kAppend:
    case Kind::kSetAttributes:
      return IsWritable(policy, path);
    case Kind::kRemove:
      return IsRemovable(policy, path);
    case Kind::kRename:
      return IsRemovable(policy, path) && IsWritable(policy, ParentOf(to));
    case Kind::kReplace:
      return IsRemovable(policy, path) && IsRemovable(policy, to);
    case Kind::kLink:
      return IsWritable(policy, path) && IsWritable(policy, ParentOf(to));
    case Kind::kChangeAcl:
    case Kind::kChangeOwner:
    case Kind::kDeleteThrough:
      return false;
  }
  return false;
}

void FollowRename(const std::string& from, const std::string& to, FencePolicy* policy) {
  for (std::string& root : policy->roots) {
    if (IsInside(root, from)) root = std::string(to).append(root, from.size());
  }
}

}  // namespace ringfence::win
