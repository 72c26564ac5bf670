#include "linux/launcher/landlock.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "linux/launcher/file_type.h"
#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/sys.h"
#include "linux/uapi/landlock.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence {
namespace {

// Size of the attributes that this kernel knows: a longer one is E2BIG only if the rest is not
// zero, but kernels before 6.7 know 8 bytes only.
size_t AttributeSize(const wire::Plan& plan) {
  if (plan.landlock_scoped != 0) return sizeof(uapi::LandlockRulesetAttr);
  if (plan.landlock_net != 0) return offsetof(uapi::LandlockRulesetAttr, scoped);
  return offsetof(uapi::LandlockRulesetAttr, handled_access_net);
}

// Paths of a plan are canonical: a symbolic link on the way was put there since, and would give
// rights to another tree. Optional paths are those of /dev, where ptmx is a link of our own.
long Open(const wire::LandlockRule& rule, const char* path) {
  if (rule.optional == 0) return mount::OpenPlace(path);
  return sys::OpenAt(AT_FDCWD, path, O_PATH | O_CLOEXEC);
}

Outcome AddRule(int ruleset, const wire::LandlockRule& rule, const char* path) {
  const long opened = Open(rule, path);
  if (opened == -ENOENT && rule.optional != 0) return {};
  RINGFENCE_TRY(Check(Stage::kLandlockOpen, opened, path));
  const int fd = static_cast<int>(opened);
  struct statx info;
  long result =
      sys::Call(__NR_statx, fd, sys::Address(""), AT_EMPTY_PATH, STATX_TYPE, sys::Address(&info));
  if (result >= 0) {
    uapi::LandlockPathBeneathAttr attributes;
    attributes.allowed_access = rule.access;
    attributes.parent_fd = fd;
    if ((info.stx_mode & kTypeMask) != kDirectory)
      attributes.allowed_access &= uapi::kLandlockFileRights;
    if (attributes.allowed_access != 0) {
      result = sys::Call(__NR_landlock_add_rule, ruleset, uapi::kLandlockRulePathBeneath,
                         sys::Address(&attributes), 0);
    }
  }
  sys::Close(fd);
  return Check(Stage::kLandlockAddRule, result, path);
}

}  // namespace

Outcome MakeRuleset(const Launch& launch, bool scoped, int* ruleset) {
  const wire::Plan& plan = *launch.plan;
  uapi::LandlockRulesetAttr attributes;
  attributes.handled_access_fs = plan.landlock_fs;
  attributes.handled_access_net = plan.landlock_net;
  attributes.scoped = scoped ? plan.landlock_scoped : 0;
  const long made = sys::Call(__NR_landlock_create_ruleset, sys::Address(&attributes),
                              static_cast<long>(AttributeSize(plan)), 0);
  RINGFENCE_TRY(Check(Stage::kLandlockCreate, made));
  const auto* rules = launch.PlanArray<wire::LandlockRule>(plan.landlock_rules);
  for (uint32_t i = 0; i < plan.landlock_rules.count; ++i) {
    RINGFENCE_TRY(AddRule(static_cast<int>(made), rules[i], launch.PlanText(rules[i].path)));
  }
  *ruleset = static_cast<int>(made);
  return {};
}

Outcome RestrictSelf(int ruleset) {
  return Check(Stage::kLandlockRestrict, sys::Call(__NR_landlock_restrict_self, ruleset, 0));
}

}  // namespace ringfence
