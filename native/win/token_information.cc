#include "win/token_information.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "win/byte_order.h"

namespace ringfence::win {
namespace {

// A pointer, 32 bits of attributes, 32 bits of padding.
constexpr size_t kSidAndAttributesSize = 16;
// The count of groups is padded up to the alignment of pointers.
constexpr size_t kGroupsHeaderSize = 8;
// LUID and attributes, aligned to four.
constexpr size_t kLuidAndAttributesSize = 12;
constexpr size_t kPrivilegesHeaderSize = 4;

std::optional<Sid> SidAt(const TokenInformation& information, uint64_t pointer) {
  const uint64_t offset = pointer - information.address;
  if (pointer < information.address || offset >= information.bytes.size()) return std::nullopt;
  return Sid::FromBytes(
      std::span<const uint8_t>(information.bytes).subspan(static_cast<size_t>(offset)));
}

std::optional<TokenSid> SidAndAttributes(const TokenInformation& information,
                                         std::span<const uint8_t> entry) {
  const std::optional<Sid> sid = SidAt(information, LoadLittleEndian<uint64_t>(entry));
  if (!sid) return std::nullopt;
  return TokenSid{*sid, LoadLittleEndian<uint32_t>(entry.subspan(8))};
}

// The entries behind a header that starts with their count. Nothing when they do not fit.
std::optional<std::span<const uint8_t>> Entries(const TokenInformation& information,
                                                size_t header_size, size_t entry_size) {
  const std::span<const uint8_t> bytes = information.bytes;
  if (bytes.size() < sizeof(uint32_t)) return std::nullopt;
  const size_t count = LoadLittleEndian<uint32_t>(bytes);
  // Of an empty list the padding may be missing.
  if (count == 0) return std::span<const uint8_t>();
  if (bytes.size() < header_size || (bytes.size() - header_size) / entry_size < count) {
    return std::nullopt;
  }
  return bytes.subspan(header_size, count * entry_size);
}

}  // namespace

std::optional<Sid> DecodeTokenUser(const TokenInformation& information) {
  if (information.bytes.size() < kSidAndAttributesSize) return std::nullopt;
  const std::optional<TokenSid> user = SidAndAttributes(information, information.bytes);
  if (!user) return std::nullopt;
  return user->sid;
}

std::optional<std::vector<TokenSid>> DecodeTokenGroups(const TokenInformation& information) {
  auto entries = Entries(information, kGroupsHeaderSize, kSidAndAttributesSize);
  if (!entries) return std::nullopt;
  std::vector<TokenSid> groups;
  for (; !entries->empty(); *entries = entries->subspan(kSidAndAttributesSize)) {
    const std::optional<TokenSid> group = SidAndAttributes(information, *entries);
    if (!group) return std::nullopt;
    groups.push_back(*group);
  }
  return groups;
}

std::optional<std::vector<uint64_t>> DecodeTokenPrivileges(const TokenInformation& information) {
  auto entries = Entries(information, kPrivilegesHeaderSize, kLuidAndAttributesSize);
  if (!entries) return std::nullopt;
  std::vector<uint64_t> luids;
  for (; !entries->empty(); *entries = entries->subspan(kLuidAndAttributesSize)) {
    luids.push_back(LoadLittleEndian<uint64_t>(*entries));
  }
  return luids;
}

std::optional<bool> DecodeTokenFlag(const TokenInformation& information) {
  const size_t size = information.bytes.size();
  if (size != sizeof(uint8_t) && size != sizeof(uint32_t)) return std::nullopt;
  return std::ranges::any_of(information.bytes, [](uint8_t byte) { return byte != 0; });
}

}  // namespace ringfence::win
