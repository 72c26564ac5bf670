#include "win/acl_undo.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "win/exact_path.h"
#include "win/placeholder.h"

namespace ringfence::win {
namespace {

Status UndoAtPath(const AclApi& api, const UndoAcl& undo) {
  UniqueHandle file;
  Status opened = OpenExact(api, undo.path, kReadControl | kWriteDac, &file);
  if (IsGone(opened)) return Status::Ok();
  RINGFENCE_RETURN_IF_ERROR(std::move(opened));
  return UndoAclChange(api, undo, file.get());
}

Status UndoDirectory(const AclApi& api, const std::u16string& path) {
  Removal removal = Removal::kGone;
  return RemovePlaceholder(api, path, nullptr, &removal);
}

}  // namespace

Status UndoAclChange(const AclApi& api, const UndoAcl& undo, Handle file) {
  PathSecurity now;
  RINGFENCE_RETURN_IF_ERROR(ReadSecurity(api, undo.path, file, &now));
  // Nothing of ours is in a null DACL.
  if (!now.persistent_acls || now.null_dacl) return Status::Ok();
  return WriteDacl(api, Stage::kWinAclUndo, undo.path, file, UndoneAcl(undo, now.dacl));
}

Status UndoChanges(const AclApi& api, const UndoRecord& record, UndoRecord* left) {
  UndoRecord failed;
  Status first;
  const auto note = [&](Status status, auto& list, const auto& item) {
    if (status.ok()) return;
    list.push_back(item);
    if (first.ok()) first = std::move(status);
  };
  for (const UndoAcl& undo : std::views::reverse(record.acls)) {
    note(UndoAtPath(api, undo), failed.acls, undo);
  }
  std::ranges::reverse(failed.acls);
  for (const std::u16string& path : record.directories) {
    note(UndoDirectory(api, path), failed.directories, path);
  }
  *left = std::move(failed);
  return first;
}

}  // namespace ringfence::win
