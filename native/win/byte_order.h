// Little-endian numbers in the bytes of SIDs and ACLs, at any alignment.
#ifndef RINGFENCE_WIN_BYTE_ORDER_H_
#define RINGFENCE_WIN_BYTE_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace ringfence::win {

// `bytes` has at least sizeof(Number) of them.
template <typename Number>
constexpr Number LoadLittleEndian(std::span<const uint8_t> bytes) {
  static_assert(std::is_unsigned_v<Number>);
  uint64_t number = 0;
  for (size_t i = sizeof(Number); i > 0; --i) number = number << 8 | bytes[i - 1];
  return static_cast<Number>(number);
}

template <typename Number>
void AppendLittleEndian(Number number, std::vector<uint8_t>* bytes) {
  static_assert(std::is_unsigned_v<Number>);
  for (size_t i = 0; i < sizeof(Number); ++i) {
    bytes->push_back(static_cast<uint8_t>(uint64_t{number} >> (8 * i) & 0xff));
  }
}

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_BYTE_ORDER_H_
