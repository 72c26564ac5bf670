// Holds the places of protected paths that do not exist yet.
//
// A path can only be protected by a mount when something is there. For a missing one an empty
// directory is made on the host: git and other programs ignore it, and no file can be created
// over it. It must stay as long as any sandbox relies on it (removing it on the host takes the
// mount away too), must go with the last one, and must not outlive a crash. Hence a journal per
// lease: linux/stub_state.h.
//
// Leases are counted across the processes that use the same state directory. The journals are not
// synced: after a power failure an empty directory may be left.
#ifndef RINGFENCE_LINUX_STUB_JOURNAL_H_
#define RINGFENCE_LINUX_STUB_JOURNAL_H_

#include <cstddef>
#include <string>
#include <vector>

#include "core/status.h"
#include "linux/stub_record.h"
#include "linux/stub_state.h"
#include "posix/unique_fd.h"

namespace ringfence {

class StubLease {
 public:
  StubLease() = default;
  StubLease(StubLease&&) noexcept = default;
  // Releases what this lease held before.
  StubLease& operator=(StubLease&& other) noexcept;
  StubLease(const StubLease&) = delete;
  StubLease& operator=(const StubLease&) = delete;
  // Releases. A failure is not reported; the journal then stays for the next sweep.
  ~StubLease();

  // Makes a stub for each of `paths` that is missing, and joins those that other leases hold.
  // Paths are absolute; their parents must contain no symbolic link (kStubParent). A path whose
  // parent is missing is left out.
  // All or nothing: on failure no stub of this call is left. Also heals what crashed leases left.
  // `state_dir` is made when missing. Any thread; the same lease on one thread at a time.
  static Status Acquire(const std::string& state_dir, const std::vector<std::string>& paths,
                        StubLease* out);

  // Of the paths asked for, those held by stubs, without repetitions; the others exist on their
  // own.
  const std::vector<std::string>& held() const { return held_; }

  // Removes the stubs that no other lease holds and that are still as they were made. The lease
  // holds nothing afterwards, also on failure; what could not be removed is left to a later
  // sweep. Idempotent.
  Status Release();

 private:
  friend class StubAcquisition;

  StubState state_;
  std::string journal_name_;
  unique_fd journal_;
  std::vector<StubRecord> records_;
  std::vector<std::string> held_;
};

// Removes the stubs of leases whose process is gone. `removed` is the number of directories
// removed, also on failure (the first one is returned, the rest is still done).
Status SweepStubs(const std::string& state_dir, size_t* removed);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_STUB_JOURNAL_H_
