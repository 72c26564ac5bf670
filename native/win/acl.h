// Access control lists in the form that Windows stores and its calls take, read and written without
// loss: an entry that this does not understand comes back byte by byte.
//
// References: [MS-DTYP] 2.4.4 "ACE" (header 2.4.4.1, allowed 2.4.4.2, denied 2.4.4.4), 2.4.5 "ACL".
#ifndef RINGFENCE_WIN_ACL_H_
#define RINGFENCE_WIN_ACL_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "win/access_mask.h"
#include "win/sid.h"

namespace ringfence::win {

constexpr uint8_t kAccessAllowedAce = 0;
constexpr uint8_t kAccessDeniedAce = 1;
constexpr uint8_t kAccessAllowedObjectAce = 5;
constexpr uint8_t kAccessDeniedObjectAce = 6;
constexpr uint8_t kAccessAllowedCallbackAce = 9;
constexpr uint8_t kAccessDeniedCallbackAce = 10;
constexpr uint8_t kAccessAllowedCallbackObjectAce = 11;
constexpr uint8_t kAccessDeniedCallbackObjectAce = 12;

constexpr uint8_t kObjectInherit = 0x01;
constexpr uint8_t kContainerInherit = 0x02;
constexpr uint8_t kNoPropagateInherit = 0x04;
constexpr uint8_t kInheritOnly = 0x08;
constexpr uint8_t kInherited = 0x10;
constexpr uint8_t kInheritanceFlags =
    kObjectInherit | kContainerInherit | kNoPropagateInherit | kInheritOnly;

// Of an ACL that has no object ACEs, which are those of Active Directory.
constexpr uint8_t kAclRevision = 2;
constexpr uint8_t kMostAclRevision = 4;
// AclSize is 16 bits, and a multiple of four because every ACE is.
constexpr size_t kMostAclBytes = 0xfffc;

struct Ace {
  uint8_t type = kAccessAllowedAce;
  uint8_t flags = 0;
  // Of the two basic types, allowed and denied.
  AccessMask mask = 0;
  Sid sid;
  // What stands behind the SID of a basic type, behind the header of any other.
  std::vector<uint8_t> rest = {};

  bool basic() const { return type == kAccessAllowedAce || type == kAccessDeniedAce; }
  bool inherited() const { return (flags & kInherited) != 0; }

  bool operator==(const Ace&) const = default;
};

struct Acl {
  uint8_t revision = kAclRevision;
  std::vector<Ace> aces = {};

  bool operator==(const Acl&) const = default;
};

enum class AclError {
  kNone,
  kTruncated,  // fewer bytes than the header needs, or than it names
  kRevision,   // none of 2, 3 and 4
  kAceSize,    // an ACE is not a multiple of four, or reaches behind the end of the list
  kSid,        // of a basic ACE; it does not fit or is malformed
  kTooLarge,   // to be written
};

// `bytes` may go on behind the list. Room within the list behind its last ACE, which Windows leaves
// there for more, is not kept. `acl` is changed only when the answer is kNone.
[[nodiscard]] AclError DecodeAcl(std::span<const uint8_t> bytes, Acl* acl);

// `bytes` is changed only when the answer is kNone.
[[nodiscard]] AclError EncodeAcl(const Acl& acl, std::vector<uint8_t>* bytes);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_H_
