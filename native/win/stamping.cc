#include "win/stamping.h"

#include <algorithm>
#include <map>
#include <utility>

#include "win/acl_refusal.h"
#include "win/acl_undo.h"
#include "win/canonical_path.h"
#include "win/exact_path.h"
#include "win/placeholder.h"
#include "win/utf16.h"

namespace ringfence::win {
namespace {

Status MakePlan(const std::vector<AclStep>& steps, AclPlan* plan) {
  AclPlanRefusal refusal;
  if (PlanAcls(steps, plan, &refusal)) return Status::Ok();
  return StatusOf(refusal.reason, refusal.path);
}

void AddPath(const std::u16string& path, SidEntry* entry) {
  const auto place = std::ranges::lower_bound(entry->paths, path);
  if (place == entry->paths.end() || *place != path) entry->paths.insert(place, path);
}

UndoRecord Together(UndoRecord first, const UndoRecord& second) {
  first.acls.insert(first.acls.end(), second.acls.begin(), second.acls.end());
  first.directories.insert(first.directories.end(), second.directories.begin(),
                           second.directories.end());
  return first;
}

}  // namespace

Status Stamping::Run(StampLease* lease) {
  RINGFENCE_RETURN_IF_ERROR(CheckPlace());
  RINGFENCE_RETURN_IF_ERROR(state_.Begin());
  if (!state_.has_store()) RINGFENCE_RETURN_IF_ERROR(state_.MakeStore());
  RINGFENCE_RETURN_IF_ERROR(Heal());
  RINGFENCE_RETURN_IF_ERROR(OpenLocks(api_, request_.state_directory, &locks_));
  RINGFENCE_RETURN_IF_ERROR(JoinPlaceholders());
  // Of others: what cannot be removed is no reason to refuse this launch.
  (void)SweepPlaceholders(api_, &state_);
  RINGFENCE_RETURN_IF_ERROR(FindSids());
  RINGFENCE_RETURN_IF_ERROR(RequireHealed());
  RINGFENCE_RETURN_IF_ERROR(Plan());
  RINGFENCE_RETURN_IF_ERROR(SaveStore());
  RINGFENCE_RETURN_IF_ERROR(HoldIds());
  RINGFENCE_RETURN_IF_ERROR(Apply());
  const bool placeholders = !joined_.empty() || !targets_.missing.empty();
  lease->held_ = std::make_unique<StampLease::Held>(
      StampLease::Held{api_, request_.state_directory, std::move(locks_), placeholders});
  lease->sids_ = sids_;
  return Status::Ok();
}

Status Stamping::CheckPlace() const {
  for (const StampRoot& root : request_.roots) {
    if (IsWithin(request_.state_directory, root.path) ||
        IsWithin(root.path, request_.state_directory)) {
      return {Stage::kWinStatePlace, 0, ToUtf8(request_.state_directory)};
    }
  }
  return Status::Ok();
}

Status Stamping::Heal() {
  if (state_.record().empty()) return Status::Ok();
  left_failure_ = UndoChanges(api_, state_.record(), &left_);
  return state_.SaveRecord(left_);
}

Status Stamping::JoinPlaceholders() {
  std::set<std::u16string> denied;
  for (const StampStep& step : request_.steps) {
    if (step.operation == AclOperation::kDeny) denied.insert(step.path);
  }
  RINGFENCE_RETURN_IF_ERROR(ForgetReplacedPlaceholders(api_, denied, &state_.store()));
  for (const PlaceholderEntry& entry : state_.store().placeholders) {
    if (!denied.contains(entry.path)) continue;
    RINGFENCE_RETURN_IF_ERROR(Hold(api_, request_.state_directory, locks_.get(), entry.id));
    joined_.insert(entry.path);
  }
  return Status::Ok();
}

Status Stamping::FindSids() {
  SidStore& store = state_.store();
  std::map<std::pair<std::u16string, std::string>, size_t> known;
  for (size_t i = 0; i < store.entries.size(); ++i) {
    known[{store.entries[i].root, store.entries[i].variant}] = i;
  }
  for (const StampRoot& root : request_.roots) {
    const auto [found, is_new] = known.try_emplace({root.path, root.variant}, store.entries.size());
    if (is_new) {
      SidEntry entry{store.next_id++, root.path, root.variant, {}, 0};
      RINGFENCE_RETURN_IF_ERROR(state_.MakeSid(&entry.sid));
      store.entries.push_back(std::move(entry));
    }
    SidEntry& entry = store.entries[found->second];
    entry.last_used = api_.file.Today();
    entries_.push_back(found->second);
    sids_.push_back(entry.sid);
  }
  if (request_.roots.empty()) sids_.push_back(store.read_only);
  return Status::Ok();
}

Status Stamping::RequireHealed() const {
  const bool needed = std::ranges::any_of(left_.acls, [&](const UndoAcl& undo) {
    return std::ranges::find_first_of(undo.sids, sids_) != undo.sids.end();
  });
  return needed ? left_failure_ : Status::Ok();
}

Status Stamping::Plan() {
  RINGFENCE_RETURN_IF_ERROR(ReadTargets(api_, request_, sids_, &targets_));
  return MakePlan(targets_.present, &plan_);
}

Status Stamping::SaveStore() {
  SidStore& store = state_.store();
  std::map<Sid, SidEntry*> by_sid;
  for (const size_t entry : entries_) by_sid[store.entries[entry].sid] = &store.entries[entry];
  for (const auto* steps : {&targets_.present, &targets_.missing}) {
    for (const AclStep& step : *steps) {
      for (const Sid& sid : step.sids) AddPath(step.path, by_sid.at(sid));
    }
  }
  for (const std::u16string& path : MissingPaths(targets_)) {
    if (!joined_.contains(path)) store.placeholders.push_back({store.next_id++, path});
  }
  return state_.SaveStore();
}

Status Stamping::HoldIds() {
  const auto hold = [&](LockId id) {
    return Hold(api_, request_.state_directory, locks_.get(), id);
  };
  for (const size_t entry : entries_) {
    RINGFENCE_RETURN_IF_ERROR(hold(state_.store().entries[entry].id));
  }
  const std::vector<std::u16string> missing = MissingPaths(targets_);
  for (const PlaceholderEntry& entry : state_.store().placeholders) {
    const bool is_new =
        !joined_.contains(entry.path) && std::ranges::binary_search(missing, entry.path);
    if (is_new) RINGFENCE_RETURN_IF_ERROR(hold(entry.id));
  }
  return Status::Ok();
}

Status Stamping::Apply() {
  if (plan_.edits() == 0 && targets_.missing.empty()) return Status::Ok();
  AclWriter writer(api_);
  RINGFENCE_RETURN_IF_ERROR(writer.Open(plan_));
  UndoRecord record = UndoOf(plan_);
  record.directories = MissingPaths(targets_);
  RINGFENCE_RETURN_IF_ERROR(state_.SaveRecord(Together(left_, record)));
  std::vector<std::u16string> made;
  Status status = Write(&writer, &made);
  if (status.ok()) status = state_.SaveRecord(left_);
  if (status.ok()) return status;
  UndoRecord left;
  writer.Undo(&left);
  (void)UndoChanges(api_, {{}, made}, &record);
  left.directories = record.directories;
  // When this fails the whole record stays, which does no harm.
  (void)state_.SaveRecord(Together(left_, left));
  return status;
}

Status Stamping::Write(AclWriter* writer, std::vector<std::u16string>* made) {
  std::vector<AclStep> steps = targets_.present;
  std::map<std::u16string, PathSecurity> securities;
  for (const std::u16string& path : MissingPaths(targets_)) {
    UniqueHandle directory;
    Status status = MakePlaceholder(api_, path, &directory);
    // Otherwise it is there, or it is somebody else's.
    if (status.stage() != Stage::kWinStubMake) made->push_back(path);
    RINGFENCE_RETURN_IF_ERROR(std::move(status));
    RINGFENCE_RETURN_IF_ERROR(ReadSecurity(api_, path, directory.get(), &securities[path]));
    writer->Add(path, std::move(directory));
  }
  for (AclStep step : targets_.missing) {
    step.security = securities.at(step.path);
    steps.push_back(std::move(step));
  }
  AclPlan plan;
  RINGFENCE_RETURN_IF_ERROR(MakePlan(steps, &plan));
  return writer->Write(plan);
}

}  // namespace ringfence::win
