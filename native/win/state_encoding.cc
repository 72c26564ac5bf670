#include "win/state_encoding.h"

#include <algorithm>
#include <optional>

#include "win/byte_order.h"

namespace ringfence::win {
namespace {

constexpr size_t kMagicSize = 8;
constexpr size_t kHeaderSize = kMagicSize + 4 + 4 + 8;

// FNV-1a, which no change of one byte leaves the same. It is against accidents: whoever can write
// the file can write this, too.
uint64_t Checksum(std::span<const uint8_t> bytes) {
  uint64_t sum = 0xcbf29ce484222325;
  for (const uint8_t byte : bytes) sum = (sum ^ byte) * 0x100000001b3;
  return sum;
}

}  // namespace

void StateWriter::Number32(uint32_t number) { AppendLittleEndian(number, &payload_); }

void StateWriter::Number64(uint64_t number) { AppendLittleEndian(number, &payload_); }

void StateWriter::Text(std::u16string_view text) {
  Count(text.size());
  for (const char16_t unit : text) AppendLittleEndian(static_cast<uint16_t>(unit), &payload_);
}

void StateWriter::Bytes(std::span<const uint8_t> bytes) {
  Count(bytes.size());
  payload_.insert(payload_.end(), bytes.begin(), bytes.end());
}

void StateWriter::Identifier(const Sid& sid) { sid.AppendBytes(&payload_); }

std::vector<uint8_t> StateWriter::Seal(const StateFormat& format) const {
  std::vector<uint8_t> file(format.magic.begin(), format.magic.end());
  AppendLittleEndian(format.version, &file);
  AppendLittleEndian(static_cast<uint32_t>(payload_.size()), &file);
  AppendLittleEndian(Checksum(payload_), &file);
  file.insert(file.end(), payload_.begin(), payload_.end());
  return file;
}

StateReader::StateReader(std::span<const uint8_t> file, const StateFormat& format) {
  if (file.size() < kHeaderSize || !std::ranges::equal(file.first(kMagicSize), format.magic))
    return;
  const std::span<const uint8_t> payload = file.subspan(kHeaderSize);
  const auto version = LoadLittleEndian<uint32_t>(file.subspan(kMagicSize));
  const auto size = LoadLittleEndian<uint32_t>(file.subspan(kMagicSize + 4));
  const auto checksum = LoadLittleEndian<uint64_t>(file.subspan(kMagicSize + 8));
  if (version != format.version || size != payload.size()) return;
  if (checksum != Checksum(payload)) return;
  left_ = payload;
  good_ = true;
}

std::span<const uint8_t> StateReader::Take(size_t size) {
  if (size > left_.size()) Reject();
  if (!good_) return {};
  const std::span<const uint8_t> taken = left_.first(size);
  left_ = left_.subspan(size);
  return taken;
}

uint32_t StateReader::Number32() {
  const std::span<const uint8_t> bytes = Take(sizeof(uint32_t));
  return good_ ? LoadLittleEndian<uint32_t>(bytes) : 0;
}

uint64_t StateReader::Number64() {
  const std::span<const uint8_t> bytes = Take(sizeof(uint64_t));
  return good_ ? LoadLittleEndian<uint64_t>(bytes) : 0;
}

size_t StateReader::Count() {
  const uint64_t count = Number64();
  if (count > left_.size()) Reject();
  return good_ ? static_cast<size_t>(count) : 0;
}

std::u16string StateReader::Text() {
  const size_t units = Count();
  const std::span<const uint8_t> bytes = Take(units * sizeof(char16_t));
  std::u16string text;
  for (size_t i = 0; i < bytes.size(); i += sizeof(char16_t)) {
    text.push_back(static_cast<char16_t>(LoadLittleEndian<uint16_t>(bytes.subspan(i))));
  }
  return text;
}

std::vector<uint8_t> StateReader::Bytes() {
  const std::span<const uint8_t> bytes = Take(Count());
  return {bytes.begin(), bytes.end()};
}

Sid StateReader::Identifier() {
  const std::optional<Sid> sid = Sid::FromBytes(left_);
  if (!sid) {
    Reject();
    return {};
  }
  Take(sid->size());
  return *sid;
}

void StateReader::Reject() {
  good_ = false;
  left_ = {};
}

}  // namespace ringfence::win
