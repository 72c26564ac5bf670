// The calls that stamping needs, and no others.
#ifndef RINGFENCE_WIN_ACL_API_H_
#define RINGFENCE_WIN_ACL_API_H_

#include "win/api/win32_api.h"

namespace ringfence::win {

struct AclApi {
  AclApi(HandleApi& handle_api, TokenApi& token_api, FileApi& file_api)
      : handle(handle_api), token(token_api), file(file_api) {}
  // Whoever has all of them may pass them as they are.
  AclApi(const Win32Api& api) : AclApi(api.handle, api.token, api.file) {}

  HandleApi& handle;
  // For random numbers.
  TokenApi& token;
  FileApi& file;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACL_API_H_
