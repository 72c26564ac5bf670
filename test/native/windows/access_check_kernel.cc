#include "windows/access_check_kernel.h"

#include <windows.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "win/acl.h"

namespace ringfence::win {
namespace {

HANDLE Raw(Handle handle) { return reinterpret_cast<HANDLE>(handle); }

Handle Wrapped(HANDLE handle) { return static_cast<Handle>(reinterpret_cast<uintptr_t>(handle)); }

[[noreturn]] void Die(const char* what) {
  static_cast<void>(std::fprintf(stderr, "%s\n", what));
  std::exit(2);  // NOLINT(concurrency-mt-unsafe): there is one thread
}

std::vector<uint8_t> Bytes(const Sid& sid) {
  std::vector<uint8_t> bytes;
  sid.AppendBytes(&bytes);
  return bytes;
}

Sid SidAt(const void* bytes) {
  const auto* first = static_cast<const uint8_t*>(bytes);
  const std::optional<Sid> sid = Sid::FromBytes({first, GetLengthSid(const_cast<void*>(bytes))});
  if (!sid) Die("a token has a SID that we do not understand");
  return *sid;
}

std::vector<uint8_t> Information(HANDLE token, TOKEN_INFORMATION_CLASS kind) {
  DWORD size = 0;
  GetTokenInformation(token, kind, nullptr, 0, &size);
  std::vector<uint8_t> bytes(size);
  if (GetTokenInformation(token, kind, bytes.data(), size, &size) == 0) {
    DieOfLastError("GetTokenInformation");
  }
  return bytes;
}

// User and groups; a group that is neither enabled nor for denials takes no part in a check.
Token ReadIdentity(HANDLE handle) {
  Token token;
  const std::vector<uint8_t> user_bytes = Information(handle, TokenUser);
  const auto* user = reinterpret_cast<const TOKEN_USER*>(user_bytes.data());
  token.user = SidAt(user->User.Sid);
  token.user_deny_only = (user->User.Attributes & SE_GROUP_USE_FOR_DENY_ONLY) != 0;
  const std::vector<uint8_t> group_bytes = Information(handle, TokenGroups);
  const auto* groups = reinterpret_cast<const TOKEN_GROUPS*>(group_bytes.data());
  for (DWORD i = 0; i < groups->GroupCount; ++i) {
    const SID_AND_ATTRIBUTES& group = groups->Groups[i];
    // Integrity levels are no groups of a DACL.
    if ((group.Attributes & SE_GROUP_INTEGRITY) != 0) continue;
    if ((group.Attributes & SE_GROUP_USE_FOR_DENY_ONLY) != 0) {
      token.groups.push_back({SidAt(group.Sid), true});
    } else if ((group.Attributes & SE_GROUP_ENABLED) != 0) {
      token.groups.push_back({SidAt(group.Sid), false});
    }
  }
  return token;
}

// SIDs in the form of a call; the bytes live as long as this.
class SidList {
 public:
  explicit SidList(std::span<const Sid> sids) {
    for (const Sid& sid : sids) bytes_.push_back(Bytes(sid));
    for (auto& bytes : bytes_) list_.push_back({bytes.data(), 0});
  }
  DWORD size() const { return static_cast<DWORD>(list_.size()); }
  SID_AND_ATTRIBUTES* data() { return list_.empty() ? nullptr : list_.data(); }

 private:
  std::vector<std::vector<uint8_t>> bytes_;
  std::vector<SID_AND_ATTRIBUTES> list_;
};

DWORD FlagsOf(Restriction restriction) {
  const DWORD flags = DISABLE_MAX_PRIVILEGE;
  return restriction == Restriction::kWrites ? flags | WRITE_RESTRICTED : flags;
}

}  // namespace

void DieOfLastError(const char* call) {
  static_cast<void>(std::fprintf(stderr, "%s failed: %lu\n", call, GetLastError()));
  std::exit(2);  // NOLINT(concurrency-mt-unsafe): there is one thread
}

KernelToken::KernelToken(Handle primary, Token model)
    : primary_(primary), impersonation_(Handle::kNone), model_(std::move(model)) {
  HANDLE duplicate = nullptr;
  if (DuplicateTokenEx(Raw(primary), TOKEN_QUERY | TOKEN_IMPERSONATE, nullptr,
                       SecurityImpersonation, TokenImpersonation, &duplicate) == 0) {
    DieOfLastError("DuplicateTokenEx");
  }
  impersonation_ = Wrapped(duplicate);
}

KernelToken::~KernelToken() {
  CloseHandle(Raw(primary_));
  CloseHandle(Raw(impersonation_));
}

std::unique_ptr<CheckedToken> KernelToken::OfProcess() {
  HANDLE token = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &token) == 0) {
    DieOfLastError("OpenProcessToken");
  }
  return std::make_unique<KernelToken>(Wrapped(token), ReadIdentity(token));
}

std::unique_ptr<CheckedToken> KernelToken::Restricted(std::span<const Sid> disabled,
                                                      Restriction restriction,
                                                      std::span<const Sid> restricting) const {
  SidList disabled_list(disabled);
  SidList restricting_list(restricting);
  HANDLE token = nullptr;
  if (CreateRestrictedToken(Raw(primary_), FlagsOf(restriction), disabled_list.size(),
                            disabled_list.data(), 0, nullptr, restricting_list.size(),
                            restricting_list.data(), &token) == 0) {
    DieOfLastError("CreateRestrictedToken");
  }
  Token model = ReadIdentity(token);
  model.restriction = restriction;
  model.restricting.assign(restricting.begin(), restricting.end());
  return std::make_unique<KernelToken>(Wrapped(token), std::move(model));
}

AccessMask KernelToken::Check(const SecurityDescriptor& object, AccessMask desired) const {
  SECURITY_DESCRIPTOR descriptor;
  std::vector<uint8_t> owner = Bytes(object.owner);
  std::vector<uint8_t> dacl;
  if (object.dacl && EncodeAcl(*object.dacl, &dacl) != AclError::kNone) Die("EncodeAcl failed");
  if (InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION) == 0 ||
      SetSecurityDescriptorOwner(&descriptor, owner.data(), FALSE) == 0 ||
      // A check needs one, and does not look at it.
      SetSecurityDescriptorGroup(&descriptor, owner.data(), FALSE) == 0 ||
      SetSecurityDescriptorDacl(&descriptor, TRUE,
                                object.dacl ? reinterpret_cast<ACL*>(dacl.data()) : nullptr,
                                FALSE) == 0) {
    DieOfLastError("SetSecurityDescriptor...");
  }
  GENERIC_MAPPING mapping = {kFileGenericRead, kFileGenericWrite, kFileGenericExecute,
                             kFileAllAccess};
  DWORD request = desired;
  MapGenericMask(&request, &mapping);
  alignas(PRIVILEGE_SET) std::array<uint8_t, 1024> privileges;
  DWORD size = static_cast<DWORD>(privileges.size());
  DWORD granted = 0;
  BOOL allowed = FALSE;
  if (AccessCheck(&descriptor, Raw(impersonation_), request, &mapping,
                  reinterpret_cast<PRIVILEGE_SET*>(privileges.data()), &size, &granted,
                  &allowed) == 0) {
    DieOfLastError("AccessCheck");
  }
  return allowed == 0 ? 0 : granted;
}

}  // namespace ringfence::win
