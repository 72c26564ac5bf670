// What a stamping that has not ended is about to change, so that whoever comes after a crash can
// take it back. Pure: as data and as bytes.
#ifndef RINGFENCE_WIN_UNDO_RECORD_H_
#define RINGFENCE_WIN_UNDO_RECORD_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "win/acl.h"
#include "win/sid.h"

namespace ringfence::win {

struct UndoAcl {
  std::u16string path;
  // Ours, whose ACEs are changed.
  std::vector<Sid> sids;
  // As it was, with the ACEs of others.
  Acl before;

  bool operator==(const UndoAcl&) const = default;
};

struct UndoRecord {
  // In the order in which they are changed; they are taken back from the last to the first.
  std::vector<UndoAcl> acls = {};
  // Placeholders that are made: empty directories where there was nothing.
  std::vector<std::u16string> directories = {};

  bool empty() const { return acls.empty() && directories.empty(); }
  bool operator==(const UndoRecord&) const = default;
};

std::vector<uint8_t> EncodeUndoRecord(const UndoRecord& record);

// False, and `record` is unchanged, for anything but what EncodeUndoRecord() gives.
[[nodiscard]] bool DecodeUndoRecord(std::span<const uint8_t> file, UndoRecord* record);

// The DACL that takes back a change of `undo`, from what the DACL is now: the ACEs of our SIDs are
// those of before; ACEs of others stay as they are now.
Acl UndoneAcl(const UndoAcl& undo, const Acl& now);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_UNDO_RECORD_H_
