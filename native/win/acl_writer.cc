#include "win/acl_writer.h"

#include <ranges>
#include <set>
#include <utility>

#include "win/acl_undo.h"
#include "win/exact_path.h"
#include "win/utf16.h"

namespace ringfence::win {

Status AclWriter::Open(const AclPlan& plan) {
  for (const PlannedAcl& planned : plan.acls) {
    if (!planned.changes) continue;
    UniqueHandle file;
    RINGFENCE_RETURN_IF_ERROR(OpenExact(api_, planned.path, kReadControl | kWriteDac, &file));
    PathSecurity now;
    RINGFENCE_RETURN_IF_ERROR(ReadSecurity(api_, planned.path, file.get(), &now));
    if (now.null_dacl || now.directory != planned.directory || now.dacl != planned.before) {
      return {Stage::kWinPathChanged, 0, ToUtf8(planned.path)};
    }
    Add(planned.path, std::move(file));
  }
  return Status::Ok();
}

void AclWriter::Add(const std::u16string& path, UniqueHandle file) {
  files_[path] = std::move(file);
}

Status AclWriter::Write(const AclPlan& plan) {
  for (const PlannedAcl& planned : plan.acls) {
    if (!planned.changes) continue;
    begun_.acls.push_back(UndoOf(planned));
    RINGFENCE_RETURN_IF_ERROR(WriteOne(planned, files_.at(planned.path).get()));
  }
  return Status::Ok();
}

Status AclWriter::WriteOne(const PlannedAcl& planned, Handle file) {
  RINGFENCE_RETURN_IF_ERROR(
      WriteDacl(api_, Stage::kWinAclWrite, planned.path, file, planned.after));
  RINGFENCE_RETURN_IF_ERROR(CheckPath(api_, planned.path, file));
  PathSecurity now;
  RINGFENCE_RETURN_IF_ERROR(ReadSecurity(api_, planned.path, file, &now));
  const AclDecision again = DecideAcl(planned.demand, now);
  if (again.refusal != AclRefusal::kNone || again.changes) {
    return {Stage::kWinAclVerify, 0, ToUtf8(planned.path)};
  }
  return Status::Ok();
}

void AclWriter::Undo(UndoRecord* left) const {
  for (const UndoAcl& undo : std::views::reverse(begun_.acls)) {
    const Status undone = UndoAclChange(api_, undo, files_.at(undo.path).get());
    if (!undone.ok()) left->acls.insert(left->acls.begin(), undo);
  }
}

UndoAcl UndoOf(const PlannedAcl& planned) {
  std::set<Sid> sids;
  for (const AceRequest& request : planned.demand) sids.insert(request.sid);
  return {planned.path, {sids.begin(), sids.end()}, planned.before};
}

UndoRecord UndoOf(const AclPlan& plan) {
  UndoRecord record;
  for (const PlannedAcl& planned : plan.acls) {
    if (planned.changes) record.acls.push_back(UndoOf(planned));
  }
  return record;
}

}  // namespace ringfence::win
