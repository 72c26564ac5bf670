// The directory in which leases keep their journals, shared by all processes of a user:
//
//   <state>/stubs/lock           locked for each short change of anything here
//   <state>/stubs/lease-...      one journal per lease, locked as long as the lease lives
//
// The kernel drops a lock with its process, so a journal that can be locked is a crashed one's.
#ifndef RINGFENCE_LINUX_STUB_STATE_H_
#define RINGFENCE_LINUX_STUB_STATE_H_

#include <string>
#include <vector>

#include "core/status.h"
#include "linux/stub_record.h"
#include "posix/unique_fd.h"

namespace ringfence {

struct StubJournal {
  std::string name;
  std::vector<StubRecord> records;
  // Locked by us; only of the dead.
  unique_fd lock;
};

struct StubJournals {
  std::vector<StubJournal> live;
  std::vector<StubJournal> dead;
};

class StubState {
 public:
  enum class IfMissing { kCreate, kFail };

  // Fails with kStubState unless both directories are real ones, of the effective user and closed
  // to everybody else (EPERM).
  static Status Open(const std::string& state_dir, IfMissing if_missing, StubState* out);

  // The directory was removed since it was opened; Renew() makes it anew.
  bool IsRemoved() const;
  Status Renew();

  // Waits up to two seconds for other processes. Closing `lock` ends it.
  Status Lock(unique_fd* lock) const;

  // The following need the lock.
  Status CreateJournal(std::string* name, unique_fd* journal) const;
  Status RemoveJournal(const std::string& name) const;
  // All journals but `own`.
  Status ReadOthers(const std::string& own, StubJournals* journals) const;

 private:
  Status ReadJournal(const std::string& name, StubJournals* journals) const;

  unique_fd directory_;
  std::string path_;
};

// Appends to a journal made by CreateJournal (borrowed).
Status AppendToJournal(int journal, const std::string& text);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_STUB_STATE_H_
