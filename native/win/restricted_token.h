// The token of a command: the user's own, with which nothing can be written but what names one of
// the restricting SIDs.
//
// References: "CreateRestrictedToken function", "Restricted Tokens" on learn.microsoft.com.
#ifndef RINGFENCE_WIN_RESTRICTED_TOKEN_H_
#define RINGFENCE_WIN_RESTRICTED_TOKEN_H_

#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/sid.h"
#include "win/unique_handle.h"

namespace ringfence::win {

struct RestrictedToken {
  UniqueHandle token;
  Sid user;
  // Of this launch alone: its desktop, and what it makes that has no parent to inherit from, name
  // it.
  Sid launch;
  // Everything that restricts, in the order in which it was asked for.
  std::vector<Sid> restricting;
};

// `capabilities`: of the active roots, at least one; the order is kept. `everyone`: what everyone
// may write stays writable.
//
// The token is read back and tried before it is given: windows.token.read-back,
// windows.token.unrestricted or windows.token.too-weak when Windows did not do what it said.
Status MakeRestrictedToken(const Win32Api& api, const std::vector<Sid>& capabilities, bool everyone,
                           RestrictedToken* made);

// Whether `token` is what MakeRestrictedToken() made: exactly these restricting SIDs, restricted,
// no privilege but SeChangeNotifyPrivilege, and no power from the group of administrators. It needs
// TOKEN_QUERY.
Status VerifyRestrictedToken(const Win32Api& api, Handle token,
                             const std::vector<Sid>& restricting);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_RESTRICTED_TOKEN_H_
