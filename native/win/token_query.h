// What a token is, asked of Windows and decoded. `stage` is that of a failure, also of an answer
// that cannot be decoded (ERROR_INVALID_DATA).
#ifndef RINGFENCE_WIN_TOKEN_QUERY_H_
#define RINGFENCE_WIN_TOKEN_QUERY_H_

#include <cstdint>
#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/sid.h"
#include "win/token_information.h"

namespace ringfence::win {

Status QueryUser(const Win32Api& api, Handle token, Stage stage, Sid* user);
// `information` is kGroups or kRestrictedSids.
Status QueryGroups(const Win32Api& api, Handle token, TokenClass information, Stage stage,
                   std::vector<TokenSid>* groups);
Status QueryPrivileges(const Win32Api& api, Handle token, Stage stage,
                       std::vector<uint64_t>* luids);
// `information` is kElevation or kIsRestricted.
Status QueryFlag(const Win32Api& api, Handle token, TokenClass information, Stage stage,
                 bool* flag);

// The user of this process.
Status QueryOwnUser(const Win32Api& api, Sid* user);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_TOKEN_QUERY_H_
