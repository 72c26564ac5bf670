#include "win/acl.h"

#include <optional>
#include <utility>

#include "win/byte_order.h"

namespace ringfence::win {
namespace {

// Revision, a zero, size, count of ACEs, two zeros.
constexpr size_t kAclHeaderSize = 8;
// Type, flags, size.
constexpr size_t kAceHeaderSize = 4;
constexpr size_t kAceAlignment = 4;

void AppendBytes(std::span<const uint8_t> from, std::vector<uint8_t>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

// `bytes` is exactly one ACE.
AclError DecodeAce(std::span<const uint8_t> bytes, Ace* ace) {
  ace->type = bytes[0];
  ace->flags = bytes[1];
  bytes = bytes.subspan(kAceHeaderSize);
  if (ace->basic()) {
    if (bytes.size() < sizeof(AccessMask)) return AclError::kSid;
    ace->mask = LoadLittleEndian<AccessMask>(bytes);
    bytes = bytes.subspan(sizeof(AccessMask));
    const std::optional<Sid> sid = Sid::FromBytes(bytes);
    if (!sid) return AclError::kSid;
    ace->sid = *sid;
    bytes = bytes.subspan(sid->size());
  }
  ace->rest.assign(bytes.begin(), bytes.end());
  return AclError::kNone;
}

size_t EncodedSize(const Ace& ace) {
  const size_t body = ace.basic() ? sizeof(AccessMask) + ace.sid.size() : 0;
  return kAceHeaderSize + body + ace.rest.size();
}

void EncodeAce(const Ace& ace, std::vector<uint8_t>* bytes) {
  bytes->push_back(ace.type);
  bytes->push_back(ace.flags);
  AppendLittleEndian(static_cast<uint16_t>(EncodedSize(ace)), bytes);
  if (ace.basic()) {
    AppendLittleEndian(ace.mask, bytes);
    ace.sid.AppendBytes(bytes);
  }
  AppendBytes(ace.rest, bytes);
}

}  // namespace

AclError DecodeAcl(std::span<const uint8_t> bytes, Acl* acl) {
  if (bytes.size() < kAclHeaderSize) return AclError::kTruncated;
  Acl decoded;
  decoded.revision = bytes[0];
  if (decoded.revision < kAclRevision || decoded.revision > kMostAclRevision) {
    return AclError::kRevision;
  }
  const size_t size = LoadLittleEndian<uint16_t>(bytes.subspan(2));
  const size_t count = LoadLittleEndian<uint16_t>(bytes.subspan(4));
  if (size < kAclHeaderSize || size > bytes.size()) return AclError::kTruncated;
  bytes = bytes.subspan(kAclHeaderSize, size - kAclHeaderSize);
  for (size_t i = 0; i < count; ++i) {
    if (bytes.size() < kAceHeaderSize) return AclError::kAceSize;
    const size_t ace_size = LoadLittleEndian<uint16_t>(bytes.subspan(2));
    if (ace_size < kAceHeaderSize || ace_size % kAceAlignment != 0 || ace_size > bytes.size()) {
      return AclError::kAceSize;
    }
    Ace ace;
    const AclError error = DecodeAce(bytes.first(ace_size), &ace);
    if (error != AclError::kNone) return error;
    decoded.aces.push_back(std::move(ace));
    bytes = bytes.subspan(ace_size);
  }
  *acl = std::move(decoded);
  return AclError::kNone;
}

AclError EncodeAcl(const Acl& acl, std::vector<uint8_t>* bytes) {
  if (acl.revision < kAclRevision || acl.revision > kMostAclRevision) return AclError::kRevision;
  size_t size = kAclHeaderSize;
  for (const Ace& ace : acl.aces) {
    const size_t ace_size = EncodedSize(ace);
    if (ace_size % kAceAlignment != 0) return AclError::kAceSize;
    if (ace_size > kMostAclBytes - size) return AclError::kTooLarge;
    size += ace_size;
  }
  std::vector<uint8_t> encoded;
  encoded.reserve(size);
  encoded.push_back(acl.revision);
  encoded.push_back(0);
  AppendLittleEndian(static_cast<uint16_t>(size), &encoded);
  // An ACE is at least four bytes, so that their number fits where the size does.
  AppendLittleEndian(static_cast<uint16_t>(acl.aces.size()), &encoded);
  AppendLittleEndian(uint16_t{0}, &encoded);
  for (const Ace& ace : acl.aces) EncodeAce(ace, &encoded);
  *bytes = std::move(encoded);
  return AclError::kNone;
}

}  // namespace ringfence::win
