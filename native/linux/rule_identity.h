// What was at the paths of a plan when a runner was made: the host may put something else there,
// and the mounts of the runner still show the old.
#ifndef RINGFENCE_LINUX_RULE_IDENTITY_H_
#define RINGFENCE_LINUX_RULE_IDENTITY_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ringfence {

struct RuleIdentity {
  // errno when nothing could be seen there.
  int error = 0;
  uint64_t device = 0;
  uint64_t inode = 0;
  // Of birth, in nanoseconds: the number of an inode is given again as soon as it is free. 0 where
  // the file system does not keep it.
  int64_t birth = 0;
  bool operator==(const RuleIdentity&) const = default;
};

std::vector<RuleIdentity> IdentifyRules(const std::vector<std::string>& paths);

// The index of the first path with another object than `before`, -1 when there is none.
int FindChangedRule(const std::vector<std::string>& paths, const std::vector<RuleIdentity>& before);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_RULE_IDENTITY_H_
