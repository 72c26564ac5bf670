#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "access_check_model.h"
#include "pretend.h"
#include "win/api/windows_api.h"
#include "win/byte_order.h"
#include "win/token_information.h"
#include "win/well_known_sids.h"

namespace ringfence::win {
namespace {

// Somewhere; pointers in what is made up are this and an offset.
constexpr uint64_t kAddress = 0x7ff6'0000'0000;

// As 64-bit Windows writes TOKEN_GROUPS: entries with pointers, then the SIDs.
std::vector<uint8_t> EncodeGroups(const std::vector<TokenSid>& groups) {
  std::vector<uint8_t> bytes;
  AppendLittleEndian<uint64_t>(groups.size(), &bytes);
  uint64_t offset = bytes.size() + 16 * groups.size();
  for (const TokenSid& group : groups) {
    AppendLittleEndian(kAddress + offset, &bytes);
    AppendLittleEndian<uint64_t>(group.attributes, &bytes);
    offset += group.sid.size();
  }
  for (const TokenSid& group : groups) group.sid.AppendBytes(&bytes);
  return bytes;
}

std::vector<uint8_t> EncodePrivilege(uint64_t luid) {
  std::vector<uint8_t> bytes;
  AppendLittleEndian(uint32_t{1}, &bytes);
  AppendLittleEndian(luid, &bytes);
  AppendLittleEndian(uint32_t{3}, &bytes);
  return bytes;
}

// Of what EncodeSecurityDescriptor() made.
std::optional<SecurityDescriptor> DecodeDescriptor(std::span<const uint8_t> bytes) {
  const std::optional<Sid> owner =
      Sid::FromBytes(bytes.subspan(LoadLittleEndian<uint32_t>(bytes.subspan(4))));
  Acl dacl;
  const auto list = bytes.subspan(LoadLittleEndian<uint32_t>(bytes.subspan(16)));
  if (!owner || DecodeAcl(list, &dacl) != AclError::kNone) return std::nullopt;
  return SecurityDescriptor{*owner, dacl};
}

using Sids = std::vector<Sid>;

class Pretender final : public TokenApi {
 public:
  OsError OpenOwn(AccessMask access, Handle* token) override {
    return real_.OpenOwn(access, token);
  }

  // A launch makes a token, a process, and looks at the process's token on one thread.
  OsError OpenOfProcess(Handle process, AccessMask access, Handle* token) override {
    const OsError error = real_.OpenOfProcess(process, access, token);
    if (error.ok()) Remember(*token, last_of_thread);
    return error;
  }

  OsError Query(Handle token, TokenClass information, TokenInformation* found) override {
    const std::optional<Sids> restricting = Find(token);
    if (!restricting || information == TokenClass::kUser || information == TokenClass::kElevation) {
      return real_.Query(token, information, found);
    }
    found->address = kAddress;
    if (information == TokenClass::kIsRestricted) {
      found->bytes = {1, 0, 0, 0};
    } else if (information == TokenClass::kPrivileges) {
      found->bytes = EncodePrivilege(kChangeNotifyPrivilege);
    } else if (information == TokenClass::kRestrictedSids) {
      std::vector<TokenSid> groups;
      for (const Sid& sid : *restricting) groups.push_back({sid, kGroupEnabled});
      found->bytes = EncodeGroups(groups);
    } else {
      return QueryGroups(token, found);
    }
    return kNoOsError;
  }

  OsError Restrict(Handle token, uint32_t, std::span<const Sid> restricting,
                   Handle* restricted) override {
    const OsError error = real_.Restrict(token, 0, {}, restricted);
    if (!error.ok()) return error;
    last_of_thread.assign(restricting.begin(), restricting.end());
    Remember(*restricted, last_of_thread);
    return error;
  }

  OsError SetDefaultDacl(Handle token, std::span<const uint8_t> acl) override {
    return real_.SetDefaultDacl(token, acl);
  }

  OsError DuplicateForCheck(Handle token, Handle* duplicate) override {
    const OsError error = real_.DuplicateForCheck(token, duplicate);
    if (error.ok()) Remember(*duplicate, Find(token).value_or(Sids()));
    return error;
  }

  OsError CheckAccess(Handle impersonation_token, std::span<const uint8_t> descriptor,
                      AccessMask desired, bool* allowed) override {
    const std::optional<Sids> restricting = Find(impersonation_token);
    const std::optional<SecurityDescriptor> object = DecodeDescriptor(descriptor);
    if (!restricting || !object) return Win32Error(kErrorInvalidParameter);
    const Token token = {
        .user = object->owner, .restriction = Restriction::kWrites, .restricting = *restricting};
    *allowed = win::CheckAccess(*object, token, desired, {}) == desired;
    return kNoOsError;
  }

  OsError Random(std::span<uint8_t> bytes) override { return real_.Random(bytes); }

  void Forget(Handle token) {
    const std::lock_guard lock(mutex_);
    tokens_.erase(token);
  }

 private:
  // The real ones, but without the power of administrators.
  OsError QueryGroups(Handle token, TokenInformation* found) {
    TokenInformation real;
    const OsError error = real_.Query(token, TokenClass::kGroups, &real);
    if (!error.ok()) return error;
    std::vector<TokenSid> groups = DecodeTokenGroups(real).value_or(std::vector<TokenSid>());
    for (TokenSid& group : groups) {
      if (group.sid == kAdministratorsSid) group.attributes = kGroupDenyOnly;
    }
    found->bytes = EncodeGroups(groups);
    return kNoOsError;
  }

  void Remember(Handle token, const Sids& restricting) {
    const std::lock_guard lock(mutex_);
    tokens_[token] = restricting;
  }

  std::optional<Sids> Find(Handle token) {
    const std::lock_guard lock(mutex_);
    const auto found = tokens_.find(token);
    return found == tokens_.end() ? std::nullopt : std::optional(found->second);
  }

  TokenApi& real_ = WindowsToken();
  std::mutex mutex_;
  std::map<Handle, Sids> tokens_;
  static thread_local Sids last_of_thread;
};

thread_local Sids Pretender::last_of_thread;

Pretender& Instance() {
  static Pretender instance;
  return instance;
}

class ForgettingHandles final : public HandleApi {
 public:
  // Forgotten first: the number may be given away at once.
  void Close(Handle handle) override {
    Instance().Forget(handle);
    real_.Close(handle);
  }
  OsError Duplicate(Handle handle, bool inheritable, Handle* duplicate) override {
    return real_.Duplicate(handle, inheritable, duplicate);
  }
  OsError Wait(Handle handle, uint32_t milliseconds, bool* signaled) override {
    return real_.Wait(handle, milliseconds, signaled);
  }

 private:
  HandleApi& real_ = WindowsHandle();
};

}  // namespace

TokenApi& PretendToken() { return Instance(); }

HandleApi& PretendHandle() {
  static ForgettingHandles instance;
  return instance;
}

}  // namespace ringfence::win
