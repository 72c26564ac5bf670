// Whether bytes are well-formed UTF-8. Paths on Linux are bytes; only those that are UTF-8 can be
// written in a JavaScript string and come back the same.
#ifndef RINGFENCE_CORE_UTF8_H_
#define RINGFENCE_CORE_UTF8_H_

#include <string_view>

namespace ringfence {

// False for overlong forms, surrogates, and anything above U+10FFFF.
bool IsValidUtf8(std::string_view bytes);

}  // namespace ringfence

#endif  // RINGFENCE_CORE_UTF8_H_
