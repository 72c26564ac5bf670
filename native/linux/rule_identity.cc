#include "linux/rule_identity.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace ringfence {
namespace {

RuleIdentity Identify(const std::string& path) {
  struct stat info;
  // Paths of a plan are canonical: a symbolic link is another object.
  if (fstatat(AT_FDCWD, path.c_str(), &info, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0) {
    return {errno, 0, 0};
  }
  return {0, info.st_dev, info.st_ino};
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
