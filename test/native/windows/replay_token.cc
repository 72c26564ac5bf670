#include "windows/replay_token.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "access_case.h"
#include "win/api/windows_api.h"
#include "win/api/windows_calls.h"
#include "win/restricted_token.h"

namespace ringfence::win {

Status ReplayToken::OfUser(ReplayToken* made) {
  Handle own = Handle::kNone;
  if (const OsError error = WindowsToken().OpenOwn(kTokenQuery | kTokenDuplicate, &own);
      !error.ok()) {
    return Failed(Stage::kWinTokenOpen, error);
  }
  const UniqueHandle token(WindowsHandle(), own);
  Handle handle = Handle::kNone;
  if (const OsError error = WindowsToken().Restrict(token.get(), kDisableMaxPrivilege, {}, &handle);
      !error.ok()) {
    return Failed(Stage::kWinTokenRestrict, error);
  }
  const UniqueHandle primary(WindowsHandle(), handle);
  return Take(primary.get(), made);
}

Status ReplayToken::OfFence(const std::vector<Sid>& capabilities, bool everyone,
                            ReplayToken* made) {
  RestrictedToken restricted;
  const Status status = MakeRestrictedToken(WindowsApi(), capabilities, everyone, &restricted);
  return status.ok() ? Take(restricted.token.get(), made) : status;
}

Status ReplayToken::Take(Handle primary, ReplayToken* made) {
  HANDLE duplicate = nullptr;
  const OsError error = Call([&] {
    return DuplicateTokenEx(ToSystem(primary), TOKEN_QUERY | TOKEN_IMPERSONATE, nullptr,
                            SecurityImpersonation, TokenImpersonation, &duplicate);
  });
  if (!error.ok()) return Failed(Stage::kWinTokenQuery, error);
  made->impersonation_ = UniqueHandle(WindowsHandle(), FromSystem(duplicate));
  return Status::Ok();
}

OsError ReplayToken::Rights(std::span<const uint8_t> descriptor, AccessMask* rights) const {
  AccessMask found = 0;
  for (const AccessMask right : kFileRights) {
    bool allowed = false;
    const OsError error =
        WindowsToken().CheckAccess(impersonation_.get(), descriptor, right, &allowed);
    if (!error.ok()) return error;
    if (allowed) found |= right;
  }
  *rights = found;
  return kNoOsError;
}

OsError ReplayToken::As(const std::function<OsError()>& act) const {
  // Without a token SetThreadToken would go back to the process's own, and succeed.
  if (!impersonation_.valid()) return Win32Error(kErrorInvalidHandle);
  if (const OsError error =
          Call([&] { return SetThreadToken(nullptr, ToSystem(impersonation_.get())); });
      !error.ok()) {
    return error;
  }
  const OsError result = act();
  if (RevertToSelf() == 0) {
    static_cast<void>(std::fprintf(stderr, "RevertToSelf failed: %lu\n", GetLastError()));
    std::abort();
  }
  return result;
}

}  // namespace ringfence::win
