// Calls about access tokens and access checks; one of the tables of win32_api.h.
#ifndef RINGFENCE_WIN_API_TOKEN_API_H_
#define RINGFENCE_WIN_API_TOKEN_API_H_

#include <cstdint>
#include <span>
#include <vector>

#include "win/access_mask.h"
#include "win/api/handle.h"
#include "win/api/os_error.h"
#include "win/sid.h"

namespace ringfence::win {

// "Access Rights for Access-Token Objects" on learn.microsoft.com.
constexpr AccessMask kTokenAssignPrimary = 0x1;
constexpr AccessMask kTokenDuplicate = 0x2;
constexpr AccessMask kTokenQuery = 0x8;
constexpr AccessMask kTokenAdjustDefault = 0x80;

// "TOKEN_INFORMATION_CLASS enumeration" on learn.microsoft.com.
enum class TokenClass : uint32_t {
  kUser = 1,
  kGroups = 2,
  kPrivileges = 3,
  kRestrictedSids = 11,
  kElevation = 20,
  // Whether the token is restricted, also with an empty list of restricting SIDs, for which
  // IsTokenRestricted says no.
  kIsRestricted = 40,
};

// Flags of "CreateRestrictedToken function" on learn.microsoft.com.
constexpr uint32_t kDisableMaxPrivilege = 0x1;
constexpr uint32_t kLuaToken = 0x4;
constexpr uint32_t kWriteRestricted = 0x8;

// What GetTokenInformation wrote. SIDs in it are pointers into the same bytes, so it has to be
// known where they were: byte 0 was at `address`. See token_information.h.
struct TokenInformation {
  std::vector<uint8_t> bytes;
  uint64_t address = 0;
};

class TokenApi {
 public:
  virtual ~TokenApi() = default;

  // OpenProcessToken; of this process, and of another.
  virtual OsError OpenOwn(AccessMask access, Handle* token) = 0;
  virtual OsError OpenOfProcess(Handle process, AccessMask access, Handle* token) = 0;
  // GetTokenInformation, with as much room as it asks for.
  virtual OsError Query(Handle token, TokenClass information, TokenInformation* found) = 0;
  // CreateRestrictedToken without SIDs to disable or privileges to delete. The new handle has the
  // access of `token`.
  virtual OsError Restrict(Handle token, uint32_t flags, std::span<const Sid> restricting,
                           Handle* restricted) = 0;
  // SetTokenInformation(TokenDefaultDacl); `acl` as EncodeAcl() writes it.
  virtual OsError SetDefaultDacl(Handle token, std::span<const uint8_t> acl) = 0;
  // DuplicateTokenEx to an impersonation token of level SecurityIdentification, with TOKEN_QUERY:
  // good for access checks and for nothing else.
  virtual OsError DuplicateForCheck(Handle token, Handle* duplicate) = 0;
  // AccessCheck with the generic rights of files. `descriptor` is self-relative. A refusal is no
  // failure: `allowed` is false.
  virtual OsError CheckAccess(Handle impersonation_token, std::span<const uint8_t> descriptor,
                              AccessMask desired, bool* allowed) = 0;
  // BCryptGenRandom of the system's preferred generator.
  virtual OsError Random(std::span<uint8_t> bytes) = 0;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_TOKEN_API_H_
