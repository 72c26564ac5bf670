// Security identifiers, as bytes of an ACE or a token and as text.
//
// Reference: [MS-DTYP] 2.4.2 "SID" (packet form 2.4.2.2, text form 2.4.2.1).
#ifndef RINGFENCE_WIN_SID_H_
#define RINGFENCE_WIN_SID_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::win {

class Sid {
 public:
  static constexpr size_t kMostSubAuthorities = 15;
  static constexpr size_t kHeaderSize = 8;

  // S-1-0-0, which names nobody.
  constexpr Sid() : Sid(0, {0}) {}
  // `authority` is below 2^48; there are at most 15 sub-authorities.
  constexpr Sid(uint64_t authority, std::initializer_list<uint32_t> sub_authorities)
      : authority_(authority), count_(sub_authorities.size()) {
    size_t index = 0;
    for (const uint32_t sub_authority : sub_authorities) sub_authorities_[index++] = sub_authority;
  }

  // The SID that `bytes` starts with; its size() says how many of them it is. Nothing when they are
  // too few, the revision is not 1, or it has more than 15 sub-authorities.
  static std::optional<Sid> FromBytes(std::span<const uint8_t> bytes);
  // Only the form that ToText() gives: no alias ("WD"), no lower case, no leading zeros.
  static std::optional<Sid> FromText(std::string_view text);

  void AppendBytes(std::vector<uint8_t>* bytes) const;
  std::string ToText() const;
  // Of the bytes: 8 to 68, a multiple of 4.
  constexpr size_t size() const { return kHeaderSize + count_ * sizeof(uint32_t); }

  // The order is total, the same on every machine, and means nothing.
  auto operator<=>(const Sid&) const = default;

 private:
  uint64_t authority_;
  size_t count_;
  // Zero behind `count_`, so that comparing whole arrays compares SIDs.
  std::array<uint32_t, kMostSubAuthorities> sub_authorities_ = {};
};

// Random bytes of a capability SID.
constexpr size_t kCapabilityEntropy = 16;

// S-1-5-21-a-b-c-d with four random numbers: the SID of an account in a domain that does not exist.
// No token has it unless it was put there, as a restricting SID. Windows takes this shape in tokens
// and on files; the shape of application capabilities (S-1-15-3) is given a meaning of its own by
// access checks of AppContainers, and is therefore left alone.
Sid MakeCapabilitySid(std::span<const uint8_t, kCapabilityEntropy> random);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_SID_H_
