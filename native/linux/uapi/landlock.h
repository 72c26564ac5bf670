// Landlock's user interface, with the fields that Debian 12's headers (6.1) do not have yet.
// Layouts: include/uapi/linux/landlock.h of Linux 6.12; see landlock(7).
#ifndef RINGFENCE_LINUX_UAPI_LANDLOCK_H_
#define RINGFENCE_LINUX_UAPI_LANDLOCK_H_

#include <stdint.h>

namespace ringfence::uapi {

struct LandlockRulesetAttr {
  uint64_t handled_access_fs;   // ABI 1, Linux 5.13
  uint64_t handled_access_net;  // ABI 4, Linux 6.7
  uint64_t scoped;              // ABI 6, Linux 6.12
};

struct __attribute__((packed)) LandlockPathBeneathAttr {
  uint64_t allowed_access;
  int32_t parent_fd;
};

inline constexpr unsigned kLandlockCreateRulesetVersion = 1;
inline constexpr int kLandlockRulePathBeneath = 1;

// Rights that a rule on something other than a directory may have; others are EINVAL.
inline constexpr uint64_t kLandlockFileRights =
    (1U << 0) | (1U << 1) | (1U << 2) | (1U << 14) | (1U << 15);

}  // namespace ringfence::uapi

#endif  // RINGFENCE_LINUX_UAPI_LANDLOCK_H_
