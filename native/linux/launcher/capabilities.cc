#include "linux/launcher/capabilities.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/prctl.h>
#include <linux/securebits.h>

#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

using Header = __user_cap_header_struct;
using Data = __user_cap_data_struct;

long GetCapabilities(Data* data) {
  Header header{_LINUX_CAPABILITY_VERSION_3, 0};
  return sys::Call(__NR_capget, sys::Address(&header), sys::Address(data));
}

bool Has(const Data* data, unsigned capability) {
  return (data[capability / 32].effective & (1U << (capability % 32))) != 0;
}

}  // namespace

Outcome DropCapabilities() {
  Data data[2] = {};
  RINGFENCE_TRY(Check(Stage::kCapabilityDrop, GetCapabilities(data)));
  // Without CAP_SETPCAP the bounding set cannot be changed. It then stays as the caller has it,
  // which is of no use to a command: no_new_privs keeps every exec from gaining anything.
  if (Has(data, CAP_SETPCAP)) {
    for (unsigned capability = 0; capability < 64; ++capability) {
      const long result = sys::Prctl(PR_CAPBSET_DROP, capability);
      if (result == -EINVAL) break;  // past the last capability of this kernel
      RINGFENCE_TRY(Check(Stage::kCapabilityBounding, result));
    }
    constexpr unsigned long kLocked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
                                      SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |
                                      SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                                      SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    RINGFENCE_TRY(Check(Stage::kCapabilitySecurebits, sys::Prctl(PR_SET_SECUREBITS, kLocked)));
  }
  RINGFENCE_TRY(
      Check(Stage::kCapabilityAmbient, sys::Prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)));
  Header header{_LINUX_CAPABILITY_VERSION_3, 0};
  const Data none[2] = {};
  RINGFENCE_TRY(Check(Stage::kCapabilityDrop,
                      sys::Call(__NR_capset, sys::Address(&header), sys::Address(none))));
  RINGFENCE_TRY(Check(Stage::kCapabilityDrop, GetCapabilities(data)));
  for (const Data& set : data) {
    if ((set.effective | set.permitted | set.inheritable) != 0) {
      return {Stage::kCapabilityDrop, EPERM, nullptr};
    }
  }
  return {};
}

Outcome KeepInitCapabilities() {
  Header header{_LINUX_CAPABILITY_VERSION_3, 0};
  Data data[2] = {};
  data[0].effective = (1U << CAP_SYS_ADMIN) | (1U << CAP_SYS_PTRACE);
  data[0].permitted = data[0].effective;
  return Check(Stage::kCapabilityDrop,
               sys::Call(__NR_capset, sys::Address(&header), sys::Address(data)));
}

}  // namespace ringfence
