#include "linux/kernel_facts.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "linux/uapi/landlock.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence {
namespace {

bool HasCapability(unsigned capability) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) < 0) return false;
  return (data[capability / 32].effective & (1U << (capability % 32))) != 0;
}

// Nothing else tells: the file of the setting is the same in every namespace.
bool IsKernelAtLeast(int major, int minor) {
  utsname name;
  if (uname(&name) < 0) return false;
  char* end = nullptr;
  const long found_major = strtol(name.release, &end, 10);
  const long found_minor = *end == '.' ? strtol(end + 1, nullptr, 10) : 0;
  return found_major > major || (found_major == major && found_minor >= minor);
}

}  // namespace

KernelFacts AskKernel() {
  KernelFacts facts;
  const long abi =
      syscall(__NR_landlock_create_ruleset, nullptr, 0, uapi::kLandlockCreateRulesetVersion);
  if (abi > 0) {
    facts.landlock_abi = static_cast<int>(abi);
  } else {
    facts.landlock_errno = errno;
  }
  facts.uid = geteuid();
  facts.gid = getegid();
  facts.maps_full_range = facts.uid == 0 && HasCapability(CAP_SETUID) && HasCapability(CAP_SETGID);
  facts.limits_pid_namespaces =
      IsKernelAtLeast(6, 14) && access("/proc/sys/kernel/ns_last_pid", F_OK) == 0;
  return facts;
}

}  // namespace ringfence
