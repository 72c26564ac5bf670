// Which capability SID stands for which root, and where ACEs of it are. Pure: as data and as bytes.
#ifndef RINGFENCE_WIN_SID_STORE_FORMAT_H_
#define RINGFENCE_WIN_SID_STORE_FORMAT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "win/sid.h"

namespace ringfence::win {

// Names of locks: each is a byte of the file of locks. Number 0 is the store's own.
using LockId = uint64_t;

struct SidEntry {
  LockId id = 0;
  // Canonical.
  std::u16string root;
  // See StampRoot.
  std::string variant;
  Sid sid;
  // FileApi::Today() of the last launch.
  uint32_t last_used = 0;
  // Every path that may have an ACE of the SID. Ascending, so that the root is first.
  std::vector<std::u16string> paths = {};

  bool operator==(const SidEntry&) const = default;
};

// An empty directory that stands for a protected path which does not exist.
struct PlaceholderEntry {
  LockId id = 0;
  std::u16string path;

  bool operator==(const PlaceholderEntry&) const = default;
};

struct SidStore {
  // Larger than every id; none is given twice.
  LockId next_id = 1;
  // Of launches without roots. No file names it.
  Sid read_only;
  std::vector<SidEntry> entries = {};
  std::vector<PlaceholderEntry> placeholders = {};

  bool operator==(const SidStore&) const = default;
};

std::vector<uint8_t> EncodeSidStore(const SidStore& store);

// False, and `store` is unchanged, unless these are the bytes of a store that makes sense: known
// version, right checksum, nothing behind it, no id, SID, root with variant or placeholder twice,
// SIDs of the shape that MakeCapabilitySid() gives. A store that is not like this is never taken in
// part: a SID that were forgotten would keep its rights on files.
[[nodiscard]] bool DecodeSidStore(std::span<const uint8_t> file, SidStore* store);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_SID_STORE_FORMAT_H_
