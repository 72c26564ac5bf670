// A simulated process that stamps: the tables of its calls over a disk that others share.
#ifndef RINGFENCE_TEST_NATIVE_WIN_FAKE_ACL_PROCESS_H_
#define RINGFENCE_TEST_NATIVE_WIN_FAKE_ACL_PROCESS_H_

#include <cstdint>
#include <mutex>
#include <span>

#include "check.h"
#include "win/acl_api.h"
#include "win_fake_files.h"

namespace ringfence::win {

class FakeAclProcess {
 public:
  explicit FakeAclProcess(FakeDisk& disk)
      : files(disk), handle_(files), token_(disk, files), api_(handle_, token_, files) {}

  const AclApi& api() const { return api_; }
  FakeCalls& calls() { return files.calls(); }

  FakeFiles files;

 private:
  class Handles final : public HandleApi {
   public:
    explicit Handles(FakeFiles& files) : files_(files) {}
    void Close(Handle handle) override { CHECK(files_.Close(handle)); }
    OsError Duplicate(Handle, bool, Handle*) override { return kUnused; }
    OsError Wait(Handle, uint32_t, bool*) override { return kUnused; }

   private:
    FakeFiles& files_;
  };

  class Randomness final : public TokenApi {
   public:
    Randomness(FakeDisk& disk, FakeFiles& files) : disk_(disk), files_(files) {}
    OsError OpenOwn(AccessMask, Handle*) override { return kUnused; }
    OsError OpenOfProcess(Handle, AccessMask, Handle*) override { return kUnused; }
    OsError Query(Handle, TokenClass, TokenInformation*) override { return kUnused; }
    OsError Restrict(Handle, uint32_t, std::span<const Sid>, Handle*) override { return kUnused; }
    OsError SetDefaultDacl(Handle, std::span<const uint8_t>) override { return kUnused; }
    OsError DuplicateForCheck(Handle, Handle*) override { return kUnused; }
    OsError CheckAccess(Handle, std::span<const uint8_t>, AccessMask, bool*) override {
      return kUnused;
    }
    OsError Random(std::span<uint8_t> bytes) override {
      if (const OsError error = files_.Begin("BCryptGenRandom"); !error.ok()) return error;
      const std::lock_guard<std::mutex> guard(disk_.mutex);
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(disk_.random());
      return kNoOsError;
    }

   private:
    FakeDisk& disk_;
    FakeFiles& files_;
  };

  static constexpr OsError kUnused = {ErrorKind::kWin32, kErrorNotSupported};

  Handles handle_;
  Randomness token_;
  AclApi api_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WIN_FAKE_ACL_PROCESS_H_
