#include "win/restricted_token.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "win/security_descriptor.h"
#include "win/token_check.h"
#include "win/token_query.h"
#include "win/well_known_sids.h"

namespace ringfence::win {
namespace {

// To be filtered and copied (duplicate), to be read, to get its default DACL, and to be given to a
// process. The restricted token's handle has the same access.
constexpr AccessMask kTokenAccess =
    kTokenDuplicate | kTokenQuery | kTokenAdjustDefault | kTokenAssignPrimary;

Status MakeLaunchSid(const Win32Api& api, Sid* sid) {
  std::array<uint8_t, kCapabilityEntropy> random;
  if (const OsError error = api.token.Random(random); !error.ok()) {
    return Failed(Stage::kWinRandom, error);
  }
  *sid = MakeCapabilitySid(random);
  return Status::Ok();
}

// The logon SID is missing in tokens that no logon made, as those of some services.
void AppendLogonSid(const std::vector<TokenSid>& groups, std::vector<Sid>* sids) {
  for (const TokenSid& group : groups) {
    if ((group.attributes & kGroupLogonId) == kGroupLogonId) sids->push_back(group.sid);
  }
}

// Of what is made where nothing is inherited, as pipes and events. Only one of the restricting SIDs
// is in it: it is enough, and the room for default DACLs is small.
Status SetDefaultDacl(const Win32Api& api, const RestrictedToken& made) {
  std::vector<uint8_t> acl;
  if (EncodeAcl(FullControl({made.user, kSystemSid, made.launch}), &acl) != AclError::kNone) {
    return Failed(Stage::kWinTokenDefaultDacl, Win32Error(kErrorInvalidData));
  }
  const OsError error = api.token.SetDefaultDacl(made.token.get(), acl);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinTokenDefaultDacl, error);
}

// In any order: it means nothing, and Windows does not promise to keep it.
bool SameSids(const std::vector<TokenSid>& found, std::vector<Sid> asked) {
  std::vector<Sid> sids;
  for (const TokenSid& group : found) sids.push_back(group.sid);
  std::ranges::sort(sids);
  std::ranges::sort(asked);
  return sids == asked;
}

// Whether the group of administrators could still be used to get access.
bool HasAdministrators(const std::vector<TokenSid>& groups) {
  return std::ranges::any_of(groups, [](const TokenSid& group) {
    return group.sid == kAdministratorsSid &&
           ((group.attributes & kGroupDenyOnly) == 0 || (group.attributes & kGroupEnabled) != 0);
  });
}

}  // namespace

Status VerifyRestrictedToken(const Win32Api& api, Handle token,
                             const std::vector<Sid>& restricting) {
  std::vector<TokenSid> found;
  RINGFENCE_RETURN_IF_ERROR(
      QueryGroups(api, token, TokenClass::kRestrictedSids, Stage::kWinTokenReadBack, &found));
  bool restricted = false;
  RINGFENCE_RETURN_IF_ERROR(
      QueryFlag(api, token, TokenClass::kIsRestricted, Stage::kWinTokenReadBack, &restricted));
  std::vector<uint64_t> privileges;
  RINGFENCE_RETURN_IF_ERROR(QueryPrivileges(api, token, Stage::kWinTokenReadBack, &privileges));
  std::vector<TokenSid> groups;
  RINGFENCE_RETURN_IF_ERROR(
      QueryGroups(api, token, TokenClass::kGroups, Stage::kWinTokenReadBack, &groups));

  const bool is_as_asked =
      restricted && SameSids(found, restricting) &&
      std::ranges::count(privileges, kChangeNotifyPrivilege) == std::ssize(privileges) &&
      !HasAdministrators(groups);
  return is_as_asked ? Status::Ok() : Status(Stage::kWinTokenUnrestricted, 0);
}

Status MakeRestrictedToken(const Win32Api& api, const std::vector<Sid>& capabilities, bool everyone,
                           RestrictedToken* made) {
  if (capabilities.empty()) {
    return Failed(Stage::kWinTokenRestrict, Win32Error(kErrorInvalidParameter));
  }
  Handle handle = Handle::kNone;
  if (const OsError error = api.token.OpenOwn(kTokenAccess, &handle); !error.ok()) {
    return Failed(Stage::kWinTokenOpen, error);
  }
  const UniqueHandle own(api.handle, handle);

  RestrictedToken token;
  RINGFENCE_RETURN_IF_ERROR(QueryUser(api, own.get(), Stage::kWinTokenQuery, &token.user));
  std::vector<TokenSid> groups;
  RINGFENCE_RETURN_IF_ERROR(
      QueryGroups(api, own.get(), TokenClass::kGroups, Stage::kWinTokenQuery, &groups));
  RINGFENCE_RETURN_IF_ERROR(MakeLaunchSid(api, &token.launch));
  token.restricting = {token.launch};
  token.restricting.insert(token.restricting.end(), capabilities.begin(), capabilities.end());
  AppendLogonSid(groups, &token.restricting);
  if (everyone) token.restricting.push_back(kEveryoneSid);

  if (const OsError error =
          api.token.Restrict(own.get(), kDisableMaxPrivilege | kLuaToken | kWriteRestricted,
                             token.restricting, &handle);
      !error.ok()) {
    return Failed(Stage::kWinTokenRestrict, error);
  }
  token.token = UniqueHandle(api.handle, handle);
  RINGFENCE_RETURN_IF_ERROR(VerifyRestrictedToken(api, token.token.get(), token.restricting));
  RINGFENCE_RETURN_IF_ERROR(SetDefaultDacl(api, token));
  RINGFENCE_RETURN_IF_ERROR(
      CheckRestrictedToken(api, token.token.get(), token.user, capabilities.front()));
  *made = std::move(token);
  return Status::Ok();
}

}  // namespace ringfence::win
