// Names of objects that nobody guesses or meets by chance.
#ifndef RINGFENCE_WIN_RANDOM_NAME_H_
#define RINGFENCE_WIN_RANDOM_NAME_H_

#include <string>
#include <string_view>

#include "core/status.h"
#include "win/api/win32_api.h"

namespace ringfence::win {

// `prefix` and 128 random bits as 32 hexadecimal digits.
Status MakeRandomName(const Win32Api& api, std::u16string_view prefix, std::u16string* name);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_RANDOM_NAME_H_
