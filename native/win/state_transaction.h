// The state directory while one process has it: files "sids", "undo" and "lock".
//
// The file of locks has a byte for each id (sid_store_format.h). Byte 0 is held exclusively during
// a transaction. The bytes of SIDs and placeholders are held shared by the leases that need them,
// so that a process that has ended, however it ended, needs none.
#ifndef RINGFENCE_WIN_STATE_TRANSACTION_H_
#define RINGFENCE_WIN_STATE_TRANSACTION_H_

#include <chrono>
#include <string>
#include <utility>

#include "core/status.h"
#include "win/acl_api.h"
#include "win/sid_store_format.h"
#include "win/undo_record.h"
#include "win/unique_handle.h"

namespace ringfence::win {

// Stamping a large tree takes its time. But commands may read the file of locks, and whoever reads
// a file can lock it: nobody is waited for without end, since the thread that waits also ends
// commands.
constexpr std::chrono::milliseconds kLockPatience = std::chrono::seconds(30);

class StateTransaction {
 public:
  // `directory` is canonical.
  StateTransaction(const AclApi& api, std::u16string directory)
      : api_(api), directory_(std::move(directory)) {}

  // Makes the directory when missing, waits until no other process has it, and reads. Refuses
  // what another process has for longer than `patience` (windows.state.lock), a directory that
  // commands could write, a file that is not as it was written, and a missing store whose undo
  // record is there. The transaction ends with the object.
  Status Begin(std::chrono::milliseconds patience = kLockPatience);

  // There is none before the first launch: MakeStore() then makes the one without entries.
  bool has_store() const { return has_store_; }
  Status MakeStore();
  SidStore& store() { return store_; }
  // Writes it when it is not what was read or saved last.
  Status SaveStore();

  const UndoRecord& record() const { return record_; }
  // Writes it, or removes the file of an empty one, when it is not what was read or saved last.
  Status SaveRecord(const UndoRecord& record);

  // A random SID.
  Status MakeSid(Sid* sid) const;
  // Nobody holds `id`. It is then held exclusively until the transaction ends.
  Status IsFree(LockId id, bool* is_free) const;

 private:
  Status ReadRecord();
  Status ReadStore();
  Status WriteStore();
  std::u16string PathOf(std::u16string_view name) const;

  AclApi api_;
  std::u16string directory_;
  UniqueHandle lock_;
  bool has_store_ = false;
  SidStore store_;
  SidStore saved_store_;
  UndoRecord record_;
};

// A handle to hold ids with. They are let go when it is closed.
Status OpenLocks(const AclApi& api, const std::u16string& directory, UniqueHandle* locks);
// Only during a transaction, which holds none of them: never waits.
Status Hold(const AclApi& api, const std::u16string& directory, Handle locks, LockId id);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_STATE_TRANSACTION_H_
