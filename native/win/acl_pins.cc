#include "win/acl_pins.h"

#include <map>
#include <set>
#include <utility>

#include "win/canonical_path.h"

namespace ringfence::win {
namespace {

using Held = std::set<std::pair<std::u16string, Sid>>;

// The first that is not held, from `path` up to below `root`.
std::u16string FindFree(const Held& held, const std::u16string& root, const std::u16string& path,
                        const Sid& sid) {
  if (path == root) return {};
  if (!IsWithin(path, root)) return path;
  for (std::u16string way = path;;) {
    way.resize(way.find_last_of(u'\\'));
    if (way.size() <= root.size()) return {};
    if (!held.contains({way, sid})) return way;
  }
}

}  // namespace

std::u16string FindUnpinned(const std::vector<AclStep>& steps) {
  std::multimap<Sid, std::u16string> roots;
  Held held;
  for (const AclStep& step : steps) {
    for (const Sid& sid : step.sids) {
      if (step.operation == AclOperation::kGrant) {
        roots.emplace(sid, step.path);
      } else {
        held.emplace(step.path, sid);
      }
    }
  }
  for (const AclStep& step : steps) {
    if (step.operation != AclOperation::kDeny) continue;
    for (const Sid& sid : step.sids) {
      const auto [first, last] = roots.equal_range(sid);
      for (auto root = first; root != last; ++root) {
        std::u16string free = FindFree(held, root->second, step.path, sid);
        if (!free.empty()) return free;
      }
    }
  }
  return {};
}

}  // namespace ringfence::win
