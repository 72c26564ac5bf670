// The files of the state directory as bytes: a header that says what they are, and a payload that
// is taken only when all of it is as it was written.
//
// Header: eight bytes of magic, version (32 bits), size of the payload (32 bits), checksum of the
// payload (64 bits). Numbers are little-endian.
#ifndef RINGFENCE_WIN_STATE_ENCODING_H_
#define RINGFENCE_WIN_STATE_ENCODING_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "win/sid.h"

namespace ringfence::win {

struct StateFormat {
  std::string_view magic;  // eight bytes
  uint32_t version = 1;
};

class StateWriter {
 public:
  void Number32(uint32_t number);
  void Number64(uint64_t number);
  void Count(size_t count) { Number64(count); }
  void Text(std::u16string_view text);
  void Bytes(std::span<const uint8_t> bytes);
  void Identifier(const Sid& sid);

  // What was written, behind its header.
  std::vector<uint8_t> Seal(const StateFormat& format) const;

 private:
  std::vector<uint8_t> payload_;
};

// Reads what a StateWriter wrote, in the same order. After the first thing that is not there as it
// should be, everything read is empty or zero, and complete() is false.
class StateReader {
 public:
  // `file` outlives it.
  StateReader(std::span<const uint8_t> file, const StateFormat& format);

  uint32_t Number32();
  uint64_t Number64();
  // Of items that take at least one byte each: never more than there are bytes left.
  size_t Count();
  std::u16string Text();
  std::vector<uint8_t> Bytes();
  Sid Identifier();

  // For a caller who found that what was read makes no sense.
  void Reject();
  // All was read, nothing was wrong.
  bool complete() const { return good_ && left_.empty(); }

 private:
  std::span<const uint8_t> Take(size_t size);

  std::span<const uint8_t> left_;
  bool good_ = false;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_STATE_ENCODING_H_
