#include "win/security_descriptor.h"

#include <cassert>
#include <cstddef>

#include "win/access_mask.h"
#include "win/byte_order.h"

namespace ringfence::win {
namespace {

constexpr uint8_t kRevision = 1;
constexpr uint16_t kDaclPresent = 0x4;
constexpr uint16_t kDaclProtected = 0x1000;
constexpr uint16_t kSelfRelative = 0x8000;
// Revision, a zero, control, offsets of owner, group, SACL and DACL.
constexpr uint32_t kHeaderSize = 20;

}  // namespace

std::vector<uint8_t> EncodeSecurityDescriptor(const Sid& owner, const Acl& dacl) {
  std::vector<uint8_t> acl;
  [[maybe_unused]] const AclError error = EncodeAcl(dacl, &acl);
  assert(error == AclError::kNone);
  const auto sid_size = static_cast<uint32_t>(owner.size());

  std::vector<uint8_t> bytes = {kRevision, 0};
  AppendLittleEndian<uint16_t>(kDaclPresent | kDaclProtected | kSelfRelative, &bytes);
  AppendLittleEndian(kHeaderSize, &bytes);
  AppendLittleEndian(kHeaderSize + sid_size, &bytes);
  AppendLittleEndian(uint32_t{0}, &bytes);
  AppendLittleEndian(kHeaderSize + 2 * sid_size, &bytes);
  owner.AppendBytes(&bytes);
  owner.AppendBytes(&bytes);
  bytes.insert(bytes.end(), acl.begin(), acl.end());
  return bytes;
}

Acl FullControl(std::initializer_list<Sid> sids) {
  Acl acl;
  for (const Sid& sid : sids) {
    acl.aces.push_back({kAccessAllowedAce, 0, kGenericAll, sid, {}});
  }
  return acl;
}

}  // namespace ringfence::win
