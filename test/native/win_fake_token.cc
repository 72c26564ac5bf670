#include <algorithm>
#include <memory>
#include <optional>

#include "sids.h"
#include "win/acl.h"
#include "win/byte_order.h"
#include "win_fake.h"
#include "win_fake_tables.h"

namespace ringfence::win {
namespace {

constexpr uint32_t kErrorBadImpersonation = 1309;  // ERROR_NO_IMPERSONATION_TOKEN
constexpr uint32_t kErrorInvalidDescriptor = 1338;
constexpr uint64_t kChangeNotify = 23;
// Somewhere; a pointer in the answer is this and an offset.
constexpr uint64_t kAnswerAddress = 0x7ff6'1234'5000;

constexpr uint32_t kEnabledGroup = 0x7;  // mandatory, by default, enabled
constexpr uint32_t kDenyOnlyGroup = 0x10;
constexpr uint32_t kLogonGroup = 0xc0000007;

struct SidEntry {
  Sid sid;
  uint32_t attributes;
};

void AppendEntry(const SidEntry& entry, uint64_t sid_offset, std::vector<uint8_t>* bytes) {
  AppendLittleEndian(kAnswerAddress + sid_offset, bytes);
  AppendLittleEndian(entry.attributes, bytes);
  AppendLittleEndian(uint32_t{0}, bytes);
}

// Entries with pointers, then the SIDs that they point to, as 64-bit Windows writes them.
std::vector<uint8_t> EncodeSids(const std::vector<SidEntry>& entries, bool has_count) {
  std::vector<uint8_t> bytes;
  if (has_count) AppendLittleEndian<uint64_t>(entries.size(), &bytes);
  uint64_t offset = bytes.size() + 16 * entries.size();
  for (const SidEntry& entry : entries) {
    AppendEntry(entry, offset, &bytes);
    offset += entry.sid.size();
  }
  for (const SidEntry& entry : entries) entry.sid.AppendBytes(&bytes);
  return bytes;
}

std::vector<SidEntry> Groups(const FakeToken& token) {
  std::vector<SidEntry> entries;
  for (const Group& group : token.token.groups) {
    const uint32_t enabled = group.sid == token.logon ? kLogonGroup : kEnabledGroup;
    entries.push_back({group.sid, group.deny_only ? kDenyOnlyGroup : enabled});
  }
  return entries;
}

std::vector<SidEntry> RestrictingSids(const FakeToken& token) {
  std::vector<SidEntry> entries;
  for (const Sid& sid : token.token.restricting) entries.push_back({sid, kEnabledGroup});
  return entries;
}

std::vector<uint8_t> EncodePrivileges(const FakeToken& token) {
  std::vector<uint8_t> bytes;
  AppendLittleEndian(static_cast<uint32_t>(token.privileges.size()), &bytes);
  for (const uint64_t luid : token.privileges) {
    AppendLittleEndian(luid, &bytes);
    AppendLittleEndian(uint32_t{3}, &bytes);
  }
  return bytes;
}

std::vector<uint8_t> EncodeFlag(bool flag) { return {flag ? uint8_t{1} : uint8_t{0}, 0, 0, 0}; }

std::vector<uint8_t> Encode(const FakeToken& token, TokenClass information) {
  switch (information) {
    case TokenClass::kUser:
      return EncodeSids({{token.token.user, 0}}, false);
    case TokenClass::kGroups:
      return EncodeSids(Groups(token), true);
    case TokenClass::kRestrictedSids:
      return EncodeSids(RestrictingSids(token), true);
    case TokenClass::kPrivileges:
      return EncodePrivileges(token);
    case TokenClass::kElevation:
      return EncodeFlag(token.elevated);
    case TokenClass::kIsRestricted:
      return EncodeFlag(token.token.restriction != Restriction::kNone);
  }
  return {};
}

// Self-relative, with an owner, a group and a DACL.
std::optional<SecurityDescriptor> DecodeDescriptor(std::span<const uint8_t> bytes) {
  constexpr uint16_t kExpected = 0x8004;  // self-relative, with DACL
  if (bytes.size() < 20 || bytes[0] != 1) return std::nullopt;
  if ((LoadLittleEndian<uint16_t>(bytes.subspan(2)) & kExpected) != kExpected) return std::nullopt;
  const auto at = [&](size_t field) {
    const uint32_t offset = LoadLittleEndian<uint32_t>(bytes.subspan(field));
    return offset < 20 || offset > bytes.size() ? std::span<const uint8_t>()
                                                : bytes.subspan(offset);
  };
  const std::optional<Sid> owner = Sid::FromBytes(at(4));
  Acl dacl;
  if (!owner || !Sid::FromBytes(at(8)) || DecodeAcl(at(16), &dacl) != AclError::kNone) {
    return std::nullopt;
  }
  return SecurityDescriptor{*owner, dacl};
}

}  // namespace

OsError FakeTokenApi::OpenOwn(AccessMask access, Handle* token) {
  if (const OsError error = windows_.calls().Begin("OpenProcessToken", "own"); !error.ok()) {
    return error;
  }
  return windows_.Open(windows_.own_token, token, access);
}

OsError FakeTokenApi::OpenOfProcess(Handle process, AccessMask access, Handle* token) {
  if (const OsError error = windows_.calls().Begin("OpenProcessToken", "process"); !error.ok()) {
    return error;
  }
  const auto opened = windows_.Find<FakeProcess>(process);
  if (opened == nullptr) return Win32Error(kErrorInvalidHandle);
  return windows_.Open(opened->token, token, access);
}

OsError FakeTokenApi::Query(Handle token, TokenClass information, TokenInformation* found) {
  const auto queried = windows_.Find<FakeToken>(token);
  const std::string detail = queried == nullptr ? "nothing" : queried->name;
  if (const OsError error = windows_.calls().Begin("GetTokenInformation", detail); !error.ok()) {
    return error;
  }
  if (queried == nullptr) return Win32Error(kErrorInvalidHandle);
  if (!windows_.HasAccess(token, kTokenQuery)) return Win32Error(kErrorAccessDenied);
  found->bytes = Encode(*queried, information);
  found->address = kAnswerAddress;
  if (windows_.lies.truncates_information) found->bytes.pop_back();
  return kNoOsError;
}

OsError FakeTokenApi::Restrict(Handle token, uint32_t flags, std::span<const Sid> restricting,
                               Handle* restricted) {
  if (const OsError error = windows_.calls().Begin("CreateRestrictedToken"); !error.ok()) {
    return error;
  }
  const auto source = windows_.Find<FakeToken>(token);
  if (source == nullptr) return Win32Error(kErrorInvalidHandle);
  if (!windows_.HasAccess(token, kTokenDuplicate)) return Win32Error(kErrorAccessDenied);
  const FakeLies& lies = windows_.lies;
  auto made = std::make_shared<FakeToken>(*source);
  made->name = "restricted token";
  if (!lies.is_not_restricted) {
    made->token.restriction =
        (flags & kWriteRestricted) != 0 ? Restriction::kWrites : Restriction::kEverything;
  }
  made->token.restricting.assign(restricting.begin(), restricting.end());
  if (lies.restricting_sids) lies.restricting_sids(&made->token.restricting);
  if ((flags & kDisableMaxPrivilege) != 0 && !lies.keeps_privileges) {
    std::erase_if(made->privileges, [](uint64_t luid) { return luid != kChangeNotify; });
  }
  for (Group& group : made->token.groups) {
    if (group.sid == kAdministrators && (flags & kLuaToken) != 0 && !lies.keeps_administrators) {
      group.deny_only = true;
    }
  }
  return windows_.Open(std::move(made), restricted,
                       kTokenDuplicate | kTokenQuery | kTokenAdjustDefault | kTokenAssignPrimary);
}

OsError FakeTokenApi::SetDefaultDacl(Handle token, std::span<const uint8_t> acl) {
  if (const OsError error = windows_.calls().Begin("SetTokenInformation"); !error.ok()) {
    return error;
  }
  const auto changed = windows_.Find<FakeToken>(token);
  if (changed == nullptr) return Win32Error(kErrorInvalidHandle);
  if (!windows_.HasAccess(token, kTokenAdjustDefault)) return Win32Error(kErrorAccessDenied);
  if (DecodeAcl(acl, &changed->token.default_dacl) != AclError::kNone) {
    return Win32Error(kErrorInvalidParameter);
  }
  return kNoOsError;
}

OsError FakeTokenApi::DuplicateForCheck(Handle token, Handle* duplicate) {
  if (const OsError error = windows_.calls().Begin("DuplicateTokenEx"); !error.ok()) return error;
  const auto source = windows_.Find<FakeToken>(token);
  if (source == nullptr) return Win32Error(kErrorInvalidHandle);
  if (!windows_.HasAccess(token, kTokenDuplicate)) return Win32Error(kErrorAccessDenied);
  auto made = std::make_shared<FakeToken>(*source);
  made->name = "impersonation token";
  made->impersonation = true;
  return windows_.Open(std::move(made), duplicate, kTokenQuery);
}

OsError FakeTokenApi::CheckAccess(Handle impersonation_token, std::span<const uint8_t> descriptor,
                                  AccessMask desired, bool* allowed) {
  if (const OsError error = windows_.calls().Begin("AccessCheck"); !error.ok()) return error;
  const auto token = windows_.Find<FakeToken>(impersonation_token);
  if (token == nullptr) return Win32Error(kErrorInvalidHandle);
  if (!token->impersonation) return Win32Error(kErrorBadImpersonation);
  const std::optional<SecurityDescriptor> object = DecodeDescriptor(descriptor);
  if (!object) return Win32Error(kErrorInvalidDescriptor);
  const FakeLies& lies = windows_.lies;
  const bool right = win::CheckAccess(*object, token->token, desired, lies.rule) == desired;
  *allowed = lies.access_check ? lies.access_check(desired, right) : right;
  return kNoOsError;
}

OsError FakeTokenApi::Random(std::span<uint8_t> bytes) {
  if (const OsError error = windows_.calls().Begin("BCryptGenRandom"); !error.ok()) return error;
  std::ranges::generate(bytes, [&] { return windows_.NextRandomByte(); });
  return kNoOsError;
}

}  // namespace ringfence::win
