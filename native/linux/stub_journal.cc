#include "linux/stub_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "linux/path_open.h"
#include "linux/stub_directory.h"

namespace ringfence {
namespace {

constexpr mode_t kStubMode = 0755;

StubsInUse InUseBy(const std::vector<StubJournal>& live) {
  StubsInUse in_use;
  for (const StubJournal& journal : live) {
    for (const StubRecord& record : journal.records) in_use.Add(record);
  }
  return in_use;
}

// Removes every stub of `records` that can be; returns the first failure.
Status RemoveStubs(const std::vector<StubRecord>& records, const StubsInUse& in_use,
                   size_t* removed) {
  Status first;
  for (const StubRecord& record : records) {
    bool gone = false;
    Status status = RemoveStub(record, in_use, &gone);
    if (gone) ++*removed;
    if (first.ok()) first = std::move(status);
  }
  return first;
}

// A journal whose stubs could not all be removed stays, to be tried again.
Status Heal(const StubState& state, const StubJournals& journals, size_t* removed) {
  if (journals.dead.empty()) return Status::Ok();
  const StubsInUse in_use = InUseBy(journals.live);
  Status first;
  for (const StubJournal& journal : journals.dead) {
    Status status = RemoveStubs(journal.records, in_use, removed);
    if (status.ok()) status = state.RemoveJournal(journal.name);
    if (first.ok()) first = std::move(status);
  }
  return first;
}

}  // namespace

// One call of Acquire, under the lock.
class StubAcquisition {
 public:
  StubAcquisition(const StubsInUse& in_use, StubLease* lease) : in_use_(in_use), lease_(lease) {}

  Status Run(const std::vector<std::string>& paths);

 private:
  // A stub that this lease will hold.
  struct Place {
    int parent;
    std::string name;
    StubRecord record;
  };

  Status Classify(const std::string& path);
  Status OpenParent(const std::string& path, const std::string& parent, int* fd);
  Status WriteIntents();
  Status Make(Place* place);
  Status MakeAll();
  Status WriteOutcome();
  Status UndoAfter(Status failure);

  const StubsInUse& in_use_;
  StubLease* const lease_;
  std::unordered_map<std::string, unique_fd> parents_;
  std::vector<Place> places_;
};

Status StubAcquisition::Run(const std::vector<std::string>& paths) {
  std::unordered_set<std::string> seen;
  for (const std::string& path : paths) {
    if (seen.insert(path).second) RINGFENCE_RETURN_IF_ERROR(Classify(path));
  }
  if (places_.empty()) return Status::Ok();
  RINGFENCE_RETURN_IF_ERROR(
      lease_->state_.CreateJournal(&lease_->journal_name_, &lease_->journal_));
  Status status = WriteIntents();
  if (status.ok()) status = MakeAll();
  if (status.ok()) status = WriteOutcome();
  if (!status.ok()) return UndoAfter(std::move(status));

  for (Place& place : places_) {
    if (place.record.kind != StubRecord::Kind::kHeld) continue;
    lease_->held_.push_back(place.record.path);
    lease_->records_.push_back(std::move(place.record));
  }
  return Status::Ok();
}

// Takes up a path that is missing or is another lease's stub; what exists on its own needs none.
Status StubAcquisition::Classify(const std::string& path) {
  StubPlace split;
  if (!SplitStubPath(path, &split)) return Status(Stage::kStubMake, EINVAL, path);
  int parent = -1;
  const Status opened = OpenParent(path, split.parent, &parent);
  // Nothing to hold a place in. Whether that matters is for the launch to decide.
  if (opened.error() == ENOENT) return Status::Ok();
  RINGFENCE_RETURN_IF_ERROR(opened);
  StubEntry entry;
  const int error = LookAtStub(parent, split.name, &entry);
  if (error != 0 && error != ENOENT) return Status(Stage::kStubParent, error, path);

  StubRecord record;
  record.path = path;
  if (error == 0) {
    const bool shared = entry.is_directory && in_use_.Contains(path, entry.identity) &&
                        IsEmptyDirectory(parent, split.name);
    if (!shared) return Status::Ok();
    record.kind = StubRecord::Kind::kHeld;
    record.identity = entry.identity;
  }
  places_.push_back({parent, std::move(split.name), std::move(record)});
  return Status::Ok();
}

Status StubAcquisition::OpenParent(const std::string& path, const std::string& parent, int* fd) {
  unique_fd& opened = parents_[parent];
  if (!opened.valid()) {
    const int error = OpenDirectoryNoSymlinks(AT_FDCWD, parent, O_PATH, &opened);
    if (error != 0) return Status(Stage::kStubParent, error, path);
  }
  *fd = opened.get();
  return Status::Ok();
}

Status StubAcquisition::WriteIntents() {
  std::string text;
  for (const Place& place : places_) AppendStubRecord(place.record, &text);
  return AppendToJournal(lease_->journal_.get(), text);
}

Status StubAcquisition::MakeAll() {
  for (Place& place : places_) {
    if (place.record.kind == StubRecord::Kind::kIntended) RINGFENCE_RETURN_IF_ERROR(Make(&place));
  }
  return Status::Ok();
}

Status StubAcquisition::Make(Place* place) {
  StubRecord& record = place->record;
  if (mkdirat(place->parent, place->name.c_str(), kStubMode) != 0) {
    // Somebody was faster: it exists on its own now, or its directory has been removed.
    if (errno != EEXIST && errno != ENOENT) return Status(Stage::kStubMake, errno, record.path);
    record.kind = StubRecord::Kind::kDropped;
    return Status::Ok();
  }
  StubEntry entry;
  const int error = LookAtStub(place->parent, place->name, &entry);
  if (error == ENOENT) {
    // Removed at once, with everything around it. Whether that matters is for the launch to decide.
    record.kind = StubRecord::Kind::kDropped;
    return Status::Ok();
  }
  if (error != 0) {
    unlinkat(place->parent, place->name.c_str(), AT_REMOVEDIR);
    return Status(Stage::kStubMake, error, record.path);
  }
  record.kind = StubRecord::Kind::kHeld;
  record.identity = entry.identity;
  return Status::Ok();
}

Status StubAcquisition::WriteOutcome() {
  std::string text;
  for (const Place& place : places_) AppendStubRecord(place.record, &text);
  return AppendToJournal(lease_->journal_.get(), text);
}

// Removes what this call has made. If that fails as well, the journal stays to be healed.
Status StubAcquisition::UndoAfter(Status failure) {
  std::vector<StubRecord> records;
  for (Place& place : places_) {
    if (place.record.kind == StubRecord::Kind::kIntended) {
      place.record.kind = StubRecord::Kind::kDropped;
    } else if (place.record.kind == StubRecord::Kind::kHeld) {
      records.push_back(place.record);
    }
  }
  // Only of use when the removal fails, and then the first failure is the one to tell of.
  (void)WriteOutcome();
  size_t removed = 0;
  Status undone = RemoveStubs(records, in_use_, &removed);
  if (undone.ok()) undone = lease_->state_.RemoveJournal(lease_->journal_name_);
  lease_->journal_.reset();
  return failure;
}

StubLease& StubLease::operator=(StubLease&& other) noexcept {
  if (this != &other) {
    (void)Release();
    state_ = std::move(other.state_);
    journal_name_ = std::move(other.journal_name_);
    journal_ = std::move(other.journal_);
    records_ = std::move(other.records_);
    held_ = std::move(other.held_);
  }
  return *this;
}

StubLease::~StubLease() { (void)Release(); }

Status StubLease::Acquire(const std::string& state_dir, const std::vector<std::string>& paths,
                          StubLease* out) {
  StubLease lease;
  RINGFENCE_RETURN_IF_ERROR(
      StubState::Open(state_dir, StubState::IfMissing::kCreate, &lease.state_));
  unique_fd lock;
  RINGFENCE_RETURN_IF_ERROR(lease.state_.Lock(&lock));
  StubJournals others;
  RINGFENCE_RETURN_IF_ERROR(lease.state_.ReadOthers({}, &others));
  // Leftovers that cannot be removed now are no reason to refuse this lease.
  size_t healed = 0;
  (void)Heal(lease.state_, others, &healed);

  const StubsInUse in_use = InUseBy(others.live);
  RINGFENCE_RETURN_IF_ERROR(StubAcquisition(in_use, &lease).Run(paths));
  lock.reset();
  if (!lease.journal_.valid()) lease = {};
  *out = std::move(lease);
  return Status::Ok();
}

Status StubLease::Release() {
  held_.clear();
  const std::vector<StubRecord> records = std::exchange(records_, {});
  StubState state = std::exchange(state_, {});
  // Unlocked at the end, or by any return: what is left then counts as a crashed lease's.
  const unique_fd journal = std::move(journal_);
  if (!journal.valid()) return Status::Ok();

  // With the directory the journals of all leases are gone: no sweep would find the stubs.
  if (state.IsRemoved()) RINGFENCE_RETURN_IF_ERROR(state.Renew());
  unique_fd lock;
  RINGFENCE_RETURN_IF_ERROR(state.Lock(&lock));
  StubJournals others;
  RINGFENCE_RETURN_IF_ERROR(state.ReadOthers(journal_name_, &others));
  size_t removed = 0;
  RINGFENCE_RETURN_IF_ERROR(RemoveStubs(records, InUseBy(others.live), &removed));
  return state.RemoveJournal(journal_name_);
}

Status SweepStubs(const std::string& state_dir, size_t* removed) {
  *removed = 0;
  StubState state;
  const Status opened = StubState::Open(state_dir, StubState::IfMissing::kFail, &state);
  if (opened.error() == ENOENT) return Status::Ok();
  RINGFENCE_RETURN_IF_ERROR(opened);
  unique_fd lock;
  RINGFENCE_RETURN_IF_ERROR(state.Lock(&lock));
  StubJournals journals;
  RINGFENCE_RETURN_IF_ERROR(state.ReadOthers({}, &journals));
  return Heal(state, journals, removed);
}

}  // namespace ringfence
