// What GetTokenInformation wrote, read without following its pointers: each has to lead to a whole
// SID within the same bytes. The layout is that of 64-bit Windows.
//
// References: "TOKEN_USER", "TOKEN_GROUPS", "TOKEN_PRIVILEGES", "SID_AND_ATTRIBUTES" and
// "LUID_AND_ATTRIBUTES structure" on learn.microsoft.com.
#ifndef RINGFENCE_WIN_TOKEN_INFORMATION_H_
#define RINGFENCE_WIN_TOKEN_INFORMATION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "win/api/token_api.h"
#include "win/sid.h"

namespace ringfence::win {

// Attributes of a SID in a token (SE_GROUP_*).
constexpr uint32_t kGroupEnabled = 0x4;
constexpr uint32_t kGroupDenyOnly = 0x10;
constexpr uint32_t kGroupLogonId = 0xc0000000;

struct TokenSid {
  Sid sid;
  uint32_t attributes = 0;
};

// LUIDs of privileges are the same on every Windows ([MS-LSAD] 3.1.1.2.1).
constexpr uint64_t kChangeNotifyPrivilege = 23;

// Nothing when the bytes are not what they should be.
std::optional<Sid> DecodeTokenUser(const TokenInformation& information);
// Of kGroups and kRestrictedSids.
std::optional<std::vector<TokenSid>> DecodeTokenGroups(const TokenInformation& information);
// The LUIDs, also of those that are not enabled.
std::optional<std::vector<uint64_t>> DecodeTokenPrivileges(const TokenInformation& information);
// Of kElevation, which is documented to be 32 bits, and kIsRestricted, of which nothing is: 8 bits
// are taken as well.
std::optional<bool> DecodeTokenFlag(const TokenInformation& information);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_TOKEN_INFORMATION_H_
