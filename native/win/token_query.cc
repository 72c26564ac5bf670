#include "win/token_query.h"

#include <optional>
#include <utility>

#include "win/unique_handle.h"

namespace ringfence::win {
namespace {

template <typename Value>
Status Query(const Win32Api& api, Handle token, TokenClass information, Stage stage,
             std::optional<Value> (*decode)(const TokenInformation&), Value* value) {
  TokenInformation found;
  if (const OsError error = api.token.Query(token, information, &found); !error.ok()) {
    return Failed(stage, error);
  }
  std::optional<Value> decoded = decode(found);
  if (!decoded) return Failed(stage, Win32Error(kErrorInvalidData));
  *value = std::move(*decoded);
  return Status::Ok();
}

}  // namespace

Status QueryUser(const Win32Api& api, Handle token, Stage stage, Sid* user) {
  return Query(api, token, TokenClass::kUser, stage, DecodeTokenUser, user);
}

Status QueryGroups(const Win32Api& api, Handle token, TokenClass information, Stage stage,
                   std::vector<TokenSid>* groups) {
  return Query(api, token, information, stage, DecodeTokenGroups, groups);
}

Status QueryPrivileges(const Win32Api& api, Handle token, Stage stage,
                       std::vector<uint64_t>* luids) {
  return Query(api, token, TokenClass::kPrivileges, stage, DecodeTokenPrivileges, luids);
}

Status QueryFlag(const Win32Api& api, Handle token, TokenClass information, Stage stage,
                 bool* flag) {
  return Query(api, token, information, stage, DecodeTokenFlag, flag);
}

Status QueryOwnUser(const Win32Api& api, Sid* user) {
  Handle opened = Handle::kNone;
  if (const OsError error = api.token.OpenOwn(kTokenQuery, &opened); !error.ok()) {
    return Failed(Stage::kWinTokenOpen, error);
  }
  const UniqueHandle token(api.handle, opened);
  return QueryUser(api, token.get(), Stage::kWinTokenQuery, user);
}

}  // namespace ringfence::win
