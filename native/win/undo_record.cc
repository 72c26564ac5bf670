#include "win/undo_record.h"

#include <algorithm>
#include <utility>

#include "win/acl_edit.h"
#include "win/state_encoding.h"

namespace ringfence::win {
namespace {

constexpr StateFormat kFormat = {"RFUNDO\r\n", 1};

void WriteAcl(const UndoAcl& undo, StateWriter* writer) {
  writer->Text(undo.path);
  writer->Count(undo.sids.size());
  for (const Sid& sid : undo.sids) writer->Identifier(sid);
  // It was decoded before, so that it can be encoded.
  std::vector<uint8_t> bytes;
  (void)EncodeAcl(undo.before, &bytes);
  writer->Bytes(bytes);
}

UndoAcl ReadAcl(StateReader* reader) {
  UndoAcl undo;
  undo.path = reader->Text();
  const size_t sids = reader->Count();
  for (size_t i = 0; i < sids; ++i) undo.sids.push_back(reader->Identifier());
  if (DecodeAcl(reader->Bytes(), &undo.before) != AclError::kNone) reader->Reject();
  return undo;
}

bool IsOurs(const Ace& ace, const std::vector<Sid>& sids) {
  return ace.basic() && !ace.inherited() && std::ranges::find(sids, ace.sid) != sids.end();
}

// The explicit ACEs of others.
std::vector<Ace> OfOthers(const Acl& acl, const std::vector<Sid>& sids) {
  std::vector<Ace> others;
  for (const Ace& ace : acl.aces) {
    if (!ace.inherited() && !IsOurs(ace, sids)) others.push_back(ace);
  }
  return others;
}

}  // namespace

std::vector<uint8_t> EncodeUndoRecord(const UndoRecord& record) {
  StateWriter writer;
  writer.Count(record.acls.size());
  for (const UndoAcl& undo : record.acls) WriteAcl(undo, &writer);
  writer.Count(record.directories.size());
  for (const std::u16string& path : record.directories) writer.Text(path);
  return writer.Seal(kFormat);
}

bool DecodeUndoRecord(std::span<const uint8_t> file, UndoRecord* record) {
  StateReader reader(file, kFormat);
  UndoRecord read;
  const size_t acls = reader.Count();
  for (size_t i = 0; i < acls; ++i) read.acls.push_back(ReadAcl(&reader));
  const size_t directories = reader.Count();
  for (size_t i = 0; i < directories; ++i) read.directories.push_back(reader.Text());
  if (!reader.complete()) return false;
  *record = std::move(read);
  return true;
}

Acl UndoneAcl(const UndoAcl& undo, const Acl& now) {
  if (OfOthers(now, undo.sids) == OfOthers(undo.before, undo.sids)) return undo.before;
  Acl undone = now;
  for (const Sid& sid : undo.sids) RemoveAces(sid, &undone);
  for (const Ace& ace : undo.before.aces) {
    if (!IsOurs(ace, undo.sids)) continue;
    MergeAce({static_cast<AceRequest::Kind>(ace.type), ace.sid, ace.mask, ace.flags}, &undone);
  }
  return undone;
}

}  // namespace ringfence::win
