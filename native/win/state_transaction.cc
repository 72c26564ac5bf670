#include "win/state_transaction.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "win/canonical_path.h"
#include "win/exact_path.h"
#include "win/state_file.h"
#include "win/utf16.h"
#include "win/well_known_sids.h"

namespace ringfence::win {
namespace {

constexpr LockId kTransactionLock = 0;
constexpr auto kLockPause = std::chrono::milliseconds(10);
constexpr AccessMask kChanging =
    kFileWriteData | kFileAppendData | kFileDeleteChild | kDelete | kWriteDac | kWriteOwner;

constexpr StateFileStages kStoreStages = {Stage::kWinStoreOpen,    Stage::kWinStoreRead,
                                          Stage::kWinStoreCorrupt, Stage::kWinStoreWrite,
                                          Stage::kWinStoreFlush,   Stage::kWinStoreReplace};
constexpr StateFileStages kUndoStages = {Stage::kWinUndoOpen,    Stage::kWinUndoRead,
                                         Stage::kWinUndoCorrupt, Stage::kWinUndoWrite,
                                         Stage::kWinUndoFlush,   Stage::kWinUndoReplace};

std::u16string Join(const std::u16string& directory, std::u16string_view name) {
  return std::u16string(directory).append(u"\\").append(name);
}

// A token may have Everyone among its restricting SIDs: what is granted to Everyone is then granted
// to the command.
bool LetsCommandsIn(const PathSecurity& security) {
  return !security.directory || !security.persistent_acls || security.null_dacl ||
         std::ranges::any_of(security.dacl.aces, [](const Ace& ace) {
           return ace.type == kAccessAllowedAce && ace.sid == kEveryoneSid &&
                  (MapGenericFileRights(ace.mask) & kChanging) != 0;
         });
}

Status OpenDirectory(const AclApi& api, const std::u16string& directory) {
  PathSecurity security;
  Status read = ReadSecurity(api, directory, &security);
  if (IsMissing(read)) {
    const OsError error = api.file.MakeDirectory(ExtendedPath(directory));
    // Another process may have been faster.
    if (!error.ok() && !error.is(kErrorAlreadyExists)) {
      return Failed(Stage::kWinStateMake, error, ToUtf8(directory));
    }
    read = ReadSecurity(api, directory, &security);
  }
  RINGFENCE_RETURN_IF_ERROR(std::move(read));
  if (LetsCommandsIn(security)) return {Stage::kWinStateDirectory, 0, ToUtf8(directory)};
  return Status::Ok();
}

Status Lock(const AclApi& api, const std::u16string& directory, Handle locks, LockId id,
            LockMode mode) {
  const OsError error = api.file.Lock(locks, id, mode);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinStateLock, error, ToUtf8(directory));
}

bool IsHeldByAnother(const Status& status) {
  return status.stage() == Stage::kWinStateLock && status.kind() == ErrorKind::kWin32 &&
         status.os_code() == kErrorLockViolation;
}

// LockFileEx of a file like ours waits for good or not at all.
Status LockPatiently(const AclApi& api, const std::u16string& directory, Handle locks,
                     std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    Status status = Lock(api, directory, locks, kTransactionLock, LockMode::kExclusive);
    if (!IsHeldByAnother(status) || std::chrono::steady_clock::now() >= end) return status;
    std::this_thread::sleep_for(kLockPause);
  }
}

}  // namespace

std::u16string StateTransaction::PathOf(std::u16string_view name) const {
  return Join(directory_, name);
}

Status StateTransaction::Begin(std::chrono::milliseconds patience) {
  RINGFENCE_RETURN_IF_ERROR(OpenDirectory(api_, directory_));
  RINGFENCE_RETURN_IF_ERROR(OpenLocks(api_, directory_, &lock_));
  RINGFENCE_RETURN_IF_ERROR(LockPatiently(api_, directory_, lock_.get(), patience));
  RINGFENCE_RETURN_IF_ERROR(ReadRecord());
  return ReadStore();
}

Status StateTransaction::ReadRecord() {
  const std::u16string path = PathOf(u"undo");
  bool found = false;
  std::vector<uint8_t> bytes;
  RINGFENCE_RETURN_IF_ERROR(ReadStateFile(api_, path, kUndoStages, &found, &bytes));
  if (found && !DecodeUndoRecord(bytes, &record_)) {
    return {Stage::kWinUndoCorrupt, 0, ToUtf8(path)};
  }
  return Status::Ok();
}

Status StateTransaction::ReadStore() {
  const std::u16string path = PathOf(u"sids");
  std::vector<uint8_t> bytes;
  RINGFENCE_RETURN_IF_ERROR(ReadStateFile(api_, path, kStoreStages, &has_store_, &bytes));
  // A store is made before the first record.
  const bool lost = !has_store_ && !record_.empty();
  if (lost || (has_store_ && !DecodeSidStore(bytes, &store_))) {
    return {Stage::kWinStoreCorrupt, 0, ToUtf8(path)};
  }
  saved_store_ = store_;
  return Status::Ok();
}

Status StateTransaction::MakeStore() {
  RINGFENCE_RETURN_IF_ERROR(MakeSid(&store_.read_only));
  RINGFENCE_RETURN_IF_ERROR(WriteStore());
  has_store_ = true;
  return Status::Ok();
}

Status StateTransaction::WriteStore() {
  RINGFENCE_RETURN_IF_ERROR(
      WriteStateFile(api_, PathOf(u"sids"), kStoreStages, EncodeSidStore(store_)));
  saved_store_ = store_;
  return Status::Ok();
}

Status StateTransaction::SaveStore() {
  return store_ == saved_store_ ? Status::Ok() : WriteStore();
}

Status StateTransaction::SaveRecord(const UndoRecord& record) {
  if (record == record_) return Status::Ok();
  const std::u16string path = PathOf(u"undo");
  if (record.empty()) {
    if (const OsError error = api_.file.Delete(ExtendedPath(path)); !error.ok()) {
      return Failed(Stage::kWinUndoDelete, error, ToUtf8(path));
    }
  } else {
    RINGFENCE_RETURN_IF_ERROR(WriteStateFile(api_, path, kUndoStages, EncodeUndoRecord(record)));
  }
  record_ = record;
  return Status::Ok();
}

Status StateTransaction::MakeSid(Sid* sid) const {
  std::array<uint8_t, kCapabilityEntropy> random = {};
  if (const OsError error = api_.token.Random(random); !error.ok()) {
    return Failed(Stage::kWinRandom, error);
  }
  *sid = MakeCapabilitySid(random);
  return Status::Ok();
}

Status StateTransaction::IsFree(LockId id, bool* is_free) const {
  const OsError error = api_.file.Lock(lock_.get(), id, LockMode::kExclusive);
  *is_free = error.ok();
  if (error.ok() || error.is(kErrorLockViolation)) return Status::Ok();
  return Failed(Stage::kWinStateLock, error, ToUtf8(directory_));
}

Status OpenLocks(const AclApi& api, const std::u16string& directory, UniqueHandle* locks) {
  const std::u16string path = Join(directory, u"lock");
  Handle raw = Handle::kNone;
  if (const OsError error = api.file.OpenLockFile(ExtendedPath(path), &raw); !error.ok()) {
    return Failed(Stage::kWinStateOpen, error, ToUtf8(path));
  }
  *locks = UniqueHandle(api.handle, raw);
  return Status::Ok();
}

Status Hold(const AclApi& api, const std::u16string& directory, Handle locks, LockId id) {
  return Lock(api, directory, locks, id, LockMode::kShared);
}

}  // namespace ringfence::win
