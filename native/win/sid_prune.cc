#include "win/sid_prune.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "win/acl_edit.h"
#include "win/acl_undo.h"
#include "win/exact_path.h"
#include "win/placeholder.h"
#include "win/state_transaction.h"

namespace ringfence::win {
namespace {

Status RemoveFrom(const AclApi& api, const std::u16string& path, const Sid& sid) {
  UniqueHandle file;
  Status opened = OpenExact(api, path, kReadControl | kWriteDac, &file);
  if (IsGone(opened)) return Status::Ok();
  RINGFENCE_RETURN_IF_ERROR(std::move(opened));
  PathSecurity now;
  RINGFENCE_RETURN_IF_ERROR(ReadSecurity(api, path, file.get(), &now));
  if (now.null_dacl || RemoveAces(sid, &now.dacl) == 0) return Status::Ok();
  return WriteDacl(api, Stage::kWinAclWrite, path, file.get(), now.dacl);
}

// The root comes first: what was granted goes before what was denied.
bool IsCleaned(const AclApi& api, const SidEntry& entry) {
  return std::ranges::all_of(entry.paths, [&](const std::u16string& path) {
    return RemoveFrom(api, path, entry.sid).ok();
  });
}

bool IsUnused(const AclApi& api, const SidEntry& entry, uint32_t days) {
  const uint32_t today = api.file.Today();
  if (today >= entry.last_used && today - entry.last_used >= days) return true;
  PathSecurity security;
  return IsGone(ReadSecurity(api, entry.root, &security));
}

// An undo record that could not be carried out would put the ACEs of its SIDs back.
bool IsRecorded(const UndoRecord& record, const Sid& sid) {
  return std::ranges::any_of(record.acls, [&](const UndoAcl& undo) {
    return std::ranges::find(undo.sids, sid) != undo.sids.end();
  });
}

}  // namespace

Status PruneSids(const AclApi& api, const std::u16string& state_directory, uint32_t days,
                 PruneResult* result) {
  *result = {};
  PathSecurity security;
  Status there = ReadSecurity(api, state_directory, &security);
  if (IsMissing(there)) return Status::Ok();
  RINGFENCE_RETURN_IF_ERROR(std::move(there));
  StateTransaction state(api, state_directory);
  RINGFENCE_RETURN_IF_ERROR(state.Begin());
  if (!state.has_store()) return Status::Ok();
  UndoRecord left;
  (void)UndoChanges(api, state.record(), &left);
  RINGFENCE_RETURN_IF_ERROR(state.SaveRecord(left));
  (void)SweepPlaceholders(api, &state);
  std::vector<SidEntry> kept;
  for (SidEntry& entry : state.store().entries) {
    bool is_free = false;
    RINGFENCE_RETURN_IF_ERROR(state.IsFree(entry.id, &is_free));
    const bool removed = is_free && !IsRecorded(left, entry.sid) && IsUnused(api, entry, days) &&
                         IsCleaned(api, entry);
    if (!removed) kept.push_back(std::move(entry));
  }
  *result = {state.store().entries.size() - kept.size(), kept.size()};
  state.store().entries = std::move(kept);
  return state.SaveStore();
}

}  // namespace ringfence::win
