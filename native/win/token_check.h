// Asks Windows what a token may do, on descriptors that exist nowhere: what the documentation says
// about write-restricted tokens is not left to be believed.
#ifndef RINGFENCE_WIN_TOKEN_CHECK_H_
#define RINGFENCE_WIN_TOKEN_CHECK_H_

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/sid.h"

namespace ringfence::win {

// windows.token.too-weak unless, for each right to write alone, the token is refused what only
// `user` is granted, allowed what `user` and `capability` are, and refused that where a denial for
// `capability` stands first; and unless it may read what `user` may. `user` owns each object, as it
// owns most files: an owner's right to change the DACL must be refused too.
Status CheckRestrictedToken(const Win32Api& api, Handle token, const Sid& user,
                            const Sid& capability);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_TOKEN_CHECK_H_
