// The calls of one simulated process about files of a FakeDisk: recorded, made to fail, or the last
// thing that the process does.
#ifndef RINGFENCE_TEST_NATIVE_WIN_FAKE_FILES_H_
#define RINGFENCE_TEST_NATIVE_WIN_FAKE_FILES_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access_check_model.h"
#include "win/api/file_api.h"
#include "win_fake_calls.h"
#include "win_fake_disk.h"

namespace ringfence::win {

// The process is gone. Nothing in the product catches it.
struct FakeCrash {};

class FakeFiles final : public FileApi {
 public:
  // A process of the user Alice.
  explicit FakeFiles(FakeDisk& disk);

  OsError Open(const std::u16string& path, AccessMask access, LinkMode links,
               Handle* file) override;
  OsError FinalPath(Handle file, std::u16string* path) override;
  OsError Attributes(Handle file, FileAttributes* attributes) override;
  OsError VolumeFlags(Handle file, uint32_t* flags) override;
  OsError ReadSecurity(Handle file, FileSecurity* security) override;
  OsError WriteDacl(Handle file, std::span<const uint8_t> dacl) override;
  OsError MakeDirectory(const std::u16string& path) override;
  OsError MarkDeleted(Handle file) override;
  OsError OpenLockFile(const std::u16string& path, Handle* file) override;
  OsError Lock(Handle file, uint64_t offset, LockMode mode) override;
  OsError OpenToRead(const std::u16string& path, Handle* file) override;
  OsError Create(const std::u16string& path, Handle* file) override;
  OsError Read(Handle file, std::span<uint8_t> bytes, size_t* moved) override;
  OsError Write(Handle file, std::span<const uint8_t> bytes, size_t* moved) override;
  OsError Flush(Handle file) override;
  OsError Replace(const std::u16string& from, const std::u16string& to) override;
  OsError Delete(const std::u16string& path) override;
  uint32_t Today() override { return disk_.today; }

  // Of a call of another table of the same process: as FakeCalls::Begin().
  OsError Begin(const char* name, std::string detail = {});
  // CloseHandle: false when it is none of these.
  bool Close(Handle handle);

  FakeCalls& calls() { return calls_; }
  size_t open_handles() const { return handles_.size(); }
  // Calls that changed something that is not in the state directory.
  size_t changes() const { return changes_; }

  // Before the call with this index among those that can fail.
  void CrashAt(size_t index) { crash_at_ = index; }
  void Before(size_t index, std::function<void()> action) { before_[index] = std::move(action); }
  // As much as one call reads or writes.
  size_t chunk = SIZE_MAX;

 private:
  struct OpenFile {
    Node* node = nullptr;
    AccessMask access = 0;
    size_t position = 0;
    bool deleted = false;
  };

  OsError Opened(Node* node, AccessMask access, Handle* file);
  bool May(const FakePlace& place, AccessMask access) const;
  // The one with the access, or none.
  OpenFile* Find(Handle file, AccessMask access);
  void CloseLocked(Handle handle);

  FakeDisk& disk_;
  Token token_;
  FakeCalls calls_;
  std::map<Handle, OpenFile> handles_;
  size_t changes_ = 0;
  std::optional<size_t> crash_at_;
  std::map<size_t, std::function<void()>> before_;
  bool dead_ = false;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WIN_FAKE_FILES_H_
