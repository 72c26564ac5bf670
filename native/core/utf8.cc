#include "core/utf8.h"

#include <cstddef>
#include <cstdint>

namespace ringfence {
namespace {

// What may follow a lead byte: the number of continuation bytes, and the range of the first one,
// which is narrower after a few lead bytes (Unicode standard, table 3-7).
struct Sequence {
  size_t continuations;
  uint8_t low;
  uint8_t high;
};

constexpr Sequence kInvalid = {0, 0, 0};

constexpr Sequence SequenceOf(uint8_t lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return {1, 0x80, 0xbf};
  if (lead == 0xe0) return {2, 0xa0, 0xbf};
  if (lead == 0xed) return {2, 0x80, 0x9f};
  if (lead >= 0xe1 && lead <= 0xef) return {2, 0x80, 0xbf};
  if (lead == 0xf0) return {3, 0x90, 0xbf};
  if (lead >= 0xf1 && lead <= 0xf3) return {3, 0x80, 0xbf};
  if (lead == 0xf4) return {3, 0x80, 0x8f};
  return kInvalid;
}

}  // namespace

bool IsValidUtf8(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<uint8_t>(bytes[i++]);
    if (lead < 0x80) continue;
    const Sequence sequence = SequenceOf(lead);
    if (sequence.continuations == 0 || bytes.size() - i < sequence.continuations) return false;
    const auto first = static_cast<uint8_t>(bytes[i]);
    if (first < sequence.low || first > sequence.high) return false;
    for (size_t k = 1; k < sequence.continuations; ++k) {
      if ((static_cast<uint8_t>(bytes[i + k]) & 0xc0) != 0x80) return false;
    }
    i += sequence.continuations;
  }
  return true;
}

}  // namespace ringfence
