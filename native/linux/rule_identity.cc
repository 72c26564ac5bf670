#include "linux/rule_identity.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace ringfence {
namespace {

RuleIdentity Identify(const std::string& path) {
  struct statx info;
  // Paths of a plan are canonical: a symbolic link is another object.
  constexpr int kFlags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  if (statx(AT_FDCWD, path.c_str(), kFlags, STATX_INO | STATX_BTIME, &info) < 0) {
    return {errno, 0, 0, 0};
  }
  const bool born = (info.stx_mask & STATX_BTIME) != 0;
  return {0, (static_cast<uint64_t>(info.stx_dev_major) << 32) | info.stx_dev_minor, info.stx_ino,
          born ? info.stx_btime.tv_sec * 1000000000 + info.stx_btime.tv_nsec : 0};
}

}  // namespace

std::vector<RuleIdentity> IdentifyRules(const std::vector<std::string>& paths) {
  std::vector<RuleIdentity> identities;
  identities.reserve(paths.size());
  for (const std::string& path : paths) identities.push_back(Identify(path));
  return identities;
}

int FindChangedRule(const std::vector<std::string>& paths,
                    const std::vector<RuleIdentity>& before) {
  for (size_t i = 0; i < paths.size(); ++i) {
    if (Identify(paths[i]) != before[i]) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace ringfence
