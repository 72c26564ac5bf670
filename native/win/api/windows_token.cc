#include "win/api/windows_api.h"
#include "win/api/windows_calls.h"

// Behind <windows.h>.
#include <bcrypt.h>

#include <utility>

namespace ringfence::win {
namespace {

// AccessCheck writes the privileges that it has used: at most two rights have any.
struct PrivilegeRoom {
  alignas(PRIVILEGE_SET) std::byte bytes[256];
};

OsError OpenToken(HANDLE process, AccessMask access, Handle* token) {
  HANDLE opened = nullptr;
  const OsError error = Call([&] { return OpenProcessToken(process, access, &opened); });
  if (error.ok()) *token = FromSystem(opened);
  return error;
}

class Calls final : public TokenApi {
 public:
  OsError OpenOwn(AccessMask access, Handle* token) override {
    return OpenToken(GetCurrentProcess(), access, token);
  }

  OsError OpenOfProcess(Handle process, AccessMask access, Handle* token) override {
    return OpenToken(ToSystem(process), access, token);
  }

  OsError Query(Handle token, TokenClass information, TokenInformation* found) override {
    const auto system_class = static_cast<TOKEN_INFORMATION_CLASS>(information);
    // Enough for what has one size: without room not every class says how much it needs.
    std::vector<uint8_t> bytes(256);
    while (true) {
      DWORD needed = 0;
      const OsError error = Call([&] {
        return GetTokenInformation(ToSystem(token), system_class, bytes.data(),
                                   static_cast<DWORD>(bytes.size()), &needed);
      });
      if (!error.ok() && needed <= bytes.size()) return error;
      const bool done = error.ok();
      bytes.resize(needed);
      if (!done) continue;
      found->address = reinterpret_cast<uint64_t>(bytes.data());
      found->bytes = std::move(bytes);
      return kNoOsError;
    }
  }

  OsError Restrict(Handle token, uint32_t flags, std::span<const Sid> restricting,
                   Handle* restricted) override {
    std::vector<std::vector<uint8_t>> sids;
    std::vector<SID_AND_ATTRIBUTES> entries;
    for (const Sid& sid : restricting) {
      sid.AppendBytes(&sids.emplace_back());
      entries.push_back({sids.back().data(), 0});
    }
    HANDLE made = nullptr;
    const OsError error = Call([&] {
      return CreateRestrictedToken(ToSystem(token), flags, 0, nullptr, 0, nullptr,
                                   static_cast<DWORD>(entries.size()), entries.data(), &made);
    });
    if (error.ok()) *restricted = FromSystem(made);
    return error;
  }

  OsError SetDefaultDacl(Handle token, std::span<const uint8_t> acl) override {
    TOKEN_DEFAULT_DACL dacl = {static_cast<ACL*>(ToSystem(acl))};
    return Call(
        [&] { return SetTokenInformation(ToSystem(token), TokenDefaultDacl, &dacl, sizeof dacl); });
  }

  OsError DuplicateForCheck(Handle token, Handle* duplicate) override {
    HANDLE made = nullptr;
    const OsError error = Call([&] {
      return DuplicateTokenEx(ToSystem(token), TOKEN_QUERY, nullptr, SecurityIdentification,
                              TokenImpersonation, &made);
    });
    if (error.ok()) *duplicate = FromSystem(made);
    return error;
  }

  OsError CheckAccess(Handle impersonation_token, std::span<const uint8_t> descriptor,
                      AccessMask desired, bool* allowed) override {
    GENERIC_MAPPING mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                               FILE_ALL_ACCESS};
    PrivilegeRoom privileges = {};
    DWORD room = sizeof privileges.bytes;
    DWORD granted = 0;
    BOOL status = FALSE;
    const OsError error = Call([&] {
      return AccessCheck(ToSystem(descriptor), ToSystem(impersonation_token), desired, &mapping,
                         reinterpret_cast<PRIVILEGE_SET*>(privileges.bytes), &room, &granted,
                         &status);
    });
    if (error.ok()) *allowed = status != FALSE;
    return error;
  }

  OsError Random(std::span<uint8_t> bytes) override {
    const NTSTATUS status = BCryptGenRandom(nullptr, bytes.data(), static_cast<ULONG>(bytes.size()),
                                            BCRYPT_USE_SYSTEM_PREFERRED_RNG);
    return BCRYPT_SUCCESS(status) ? kNoOsError : HresultError(HRESULT_FROM_NT(status));
  }
};

}  // namespace

TokenApi& WindowsToken() {
  static Calls calls;
  return calls;
}

}  // namespace ringfence::win
