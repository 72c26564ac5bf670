// Names of Windows as UTF-8, for paths in failures.
#ifndef RINGFENCE_WIN_UTF16_H_
#define RINGFENCE_WIN_UTF16_H_

#include <string>
#include <string_view>

namespace ringfence::win {

// A surrogate without its partner, which a name of Windows may have, becomes the three bytes that
// its number would have (WTF-8): no two names become the same text.
std::string ToUtf8(std::u16string_view text);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_UTF16_H_
