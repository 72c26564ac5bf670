#include "win/utf16.h"

#include <cstddef>
#include <cstdint>

namespace ringfence::win {
namespace {

bool IsHigh(char16_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool IsLow(char16_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

// `lead` marks how many bytes follow, each of six bits.
void Append(uint32_t lead, uint32_t code, int following, std::string* text) {
  text->push_back(static_cast<char>(lead | code >> (6 * following)));
  for (int i = following - 1; i >= 0; --i) {
    text->push_back(static_cast<char>(0x80 | (code >> (6 * i) & 0x3f)));
  }
}

}  // namespace

std::string ToUtf8(std::u16string_view text) {
  std::string converted;
  converted.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    uint32_t code = text[i];
    if (IsHigh(text[i]) && i + 1 < text.size() && IsLow(text[i + 1])) {
      code = 0x10000 + ((code - 0xd800) << 10 | (text[++i] - uint32_t{0xdc00}));
    }
    if (code < 0x80) {
      converted.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      Append(0xc0, code, 1, &converted);
    } else if (code < 0x10000) {
      Append(0xe0, code, 2, &converted);
    } else {
      Append(0xf0, code, 3, &converted);
    }
  }
  return converted;
}

}  // namespace ringfence::win
