#include "win/token_check.h"

#include "win/access_mask.h"
#include "win/security_descriptor.h"
#include "win/unique_handle.h"

namespace ringfence::win {
namespace {

constexpr AccessMask kWritingRights[] = {
    kFileWriteData, kFileAppendData,  kFileWriteEa, kFileWriteAttributes,
    kDelete,        kFileDeleteChild, kWriteDac,    kWriteOwner,
};

struct Question {
  Acl dacl;
  AccessMask desired;
  bool allowed;
};

Ace Grant(const Sid& sid) { return {kAccessAllowedAce, 0, kFileAllAccess, sid, {}}; }
Ace Denial(const Sid& sid, AccessMask mask) { return {kAccessDeniedAce, 0, mask, sid, {}}; }

Status Ask(const Win32Api& api, Handle token, const Sid& user, const Question& question) {
  bool allowed = false;
  const OsError error = api.token.CheckAccess(token, EncodeSecurityDescriptor(user, question.dacl),
                                              question.desired, &allowed);
  if (!error.ok()) return Failed(Stage::kWinTokenCheck, error);
  return allowed == question.allowed ? Status::Ok() : Status(Stage::kWinTokenTooWeak, 0);
}

}  // namespace

Status CheckRestrictedToken(const Win32Api& api, Handle token, const Sid& user,
                            const Sid& capability) {
  Handle duplicated = Handle::kNone;
  if (const OsError error = api.token.DuplicateForCheck(token, &duplicated); !error.ok()) {
    return Failed(Stage::kWinTokenDuplicate, error);
  }
  const UniqueHandle duplicate(api.handle, duplicated);

  const Acl only_user = {.aces = {Grant(user)}};
  const Acl both = {.aces = {Grant(user), Grant(capability)}};
  RINGFENCE_RETURN_IF_ERROR(
      Ask(api, duplicate.get(), user, {only_user, kFileGenericRead | kFileGenericExecute, true}));
  for (const AccessMask right : kWritingRights) {
    const Acl denied = {.aces = {Denial(capability, right), Grant(user), Grant(capability)}};
    RINGFENCE_RETURN_IF_ERROR(Ask(api, duplicate.get(), user, {only_user, right, false}));
    RINGFENCE_RETURN_IF_ERROR(Ask(api, duplicate.get(), user, {both, right, true}));
    RINGFENCE_RETURN_IF_ERROR(Ask(api, duplicate.get(), user, {denied, right, false}));
  }
  return Status::Ok();
}

}  // namespace ringfence::win
