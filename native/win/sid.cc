#include "win/sid.h"

#include <charconv>
#include <system_error>

#include "win/byte_order.h"

namespace ringfence::win {
namespace {

constexpr uint8_t kRevision = 1;
constexpr size_t kAuthoritySize = 6;
constexpr size_t kAuthorityDigits = 2 * kAuthoritySize;
constexpr std::string_view kTextPrefix = "S-1-";
constexpr std::string_view kHexPrefix = "0x";
constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr uint64_t kNtAuthority = 5;
constexpr uint32_t kNonUniqueAuthority = 21;

template <typename Number>
bool TakeNumber(std::string_view* text, int base, Number* number) {
  const char* const begin = text->data();
  const auto [stopped, error] = std::from_chars(begin, begin + text->size(), *number, base);
  if (error != std::errc()) return false;
  text->remove_prefix(static_cast<size_t>(stopped - begin));
  return true;
}

// Decimal below 2^32, and 12 hexadecimal digits from there on.
bool TakeAuthority(std::string_view* text, uint64_t* authority) {
  if (!text->starts_with(kHexPrefix)) return TakeNumber(text, 10, authority);
  text->remove_prefix(kHexPrefix.size());
  return TakeNumber(text, 16, authority);
}

std::string AuthorityText(uint64_t authority) {
  if (authority <= UINT32_MAX) return std::to_string(authority);
  std::string text(kHexPrefix);
  for (size_t i = kAuthorityDigits; i > 0; --i) {
    text += kHexDigits[authority >> (4 * (i - 1)) & 0xf];
  }
  return text;
}

}  // namespace

std::optional<Sid> Sid::FromBytes(std::span<const uint8_t> bytes) {
  if (bytes.size() < kHeaderSize || bytes[0] != kRevision || bytes[1] > kMostSubAuthorities) {
    return std::nullopt;
  }
  Sid sid(0, {});
  // The authority is the one big-endian number of the format.
  for (const uint8_t byte : bytes.subspan(2, kAuthoritySize)) {
    sid.authority_ = sid.authority_ << 8 | byte;
  }
  sid.count_ = bytes[1];
  if (bytes.size() < sid.size()) return std::nullopt;
  for (size_t i = 0; i < sid.count_; ++i) {
    sid.sub_authorities_[i] =
        LoadLittleEndian<uint32_t>(bytes.subspan(kHeaderSize + i * sizeof(uint32_t)));
  }
  return sid;
}

std::optional<Sid> Sid::FromText(std::string_view text) {
  const std::string_view whole = text;
  if (!text.starts_with(kTextPrefix)) return std::nullopt;
  text.remove_prefix(kTextPrefix.size());
  Sid sid(0, {});
  if (!TakeAuthority(&text, &sid.authority_)) return std::nullopt;
  while (!text.empty()) {
    if (text.front() != '-' || sid.count_ == kMostSubAuthorities) return std::nullopt;
    text.remove_prefix(1);
    if (!TakeNumber(&text, 10, &sid.sub_authorities_[sid.count_])) return std::nullopt;
    ++sid.count_;
  }
  // Everything that is not written the one way: leading zeros, upper-case digits, an authority too
  // large.
  if (sid.ToText() != whole) return std::nullopt;
  return sid;
}

void Sid::AppendBytes(std::vector<uint8_t>* bytes) const {
  bytes->push_back(kRevision);
  bytes->push_back(static_cast<uint8_t>(count_));
  for (size_t i = kAuthoritySize; i > 0; --i) {
    bytes->push_back(static_cast<uint8_t>(authority_ >> (8 * (i - 1)) & 0xff));
  }
  for (size_t i = 0; i < count_; ++i) AppendLittleEndian(sub_authorities_[i], bytes);
}

std::string Sid::ToText() const {
  std::string text(kTextPrefix);
  text += AuthorityText(authority_);
  for (size_t i = 0; i < count_; ++i) text.append("-").append(std::to_string(sub_authorities_[i]));
  return text;
}

Sid MakeCapabilitySid(std::span<const uint8_t, kCapabilityEntropy> random) {
  const auto number = [&](size_t index) {
    return LoadLittleEndian<uint32_t>(random.subspan(index * sizeof(uint32_t)));
  };
  return {kNtAuthority, {kNonUniqueAuthority, number(0), number(1), number(2), number(3)}};
}

}  // namespace ringfence::win
