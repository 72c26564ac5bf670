#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "pretend.h"
#include "win/acl.h"
#include "win/api/windows_api.h"
#include "win/token_information.h"
#include "win/unique_handle.h"
#include "win/well_known_sids.h"

namespace ringfence::win {
namespace {

class Pretender final : public FileApi {
 public:
  OsError Open(const std::u16string& path, AccessMask access, LinkMode links,
               Handle* file) override {
    return real_.Open(path, access, links, file);
  }
  OsError FinalPath(Handle file, std::u16string* path) override {
    return real_.FinalPath(file, path);
  }
  OsError Attributes(Handle file, FileAttributes* attributes) override {
    return real_.Attributes(file, attributes);
  }

  OsError VolumeFlags(Handle file, uint32_t* flags) override {
    const OsError error = real_.VolumeFlags(file, flags);
    *flags |= kVolumePersistentAcls;
    return error;
  }

  OsError ReadSecurity(Handle file, FileSecurity* security) override {
    std::u16string path;
    if (const OsError error = real_.FinalPath(file, &path); !error.ok()) return error;
    FileSecurity read;
    if (const OsError error = MakeOrdinary(&read); !error.ok()) return error;
    const std::lock_guard lock(mutex_);
    const auto found = dacls_.find(path);
    if (found != dacls_.end()) read.dacl = found->second;
    *security = std::move(read);
    return kNoOsError;
  }

  OsError WriteDacl(Handle file, std::span<const uint8_t> dacl) override {
    std::u16string path;
    if (const OsError error = real_.FinalPath(file, &path); !error.ok()) return error;
    const std::lock_guard lock(mutex_);
    dacls_[path].assign(dacl.begin(), dacl.end());
    ++pretended_dacl_writes;
    return kNoOsError;
  }

  OsError MakeDirectory(const std::u16string& path) override { return real_.MakeDirectory(path); }

  OsError MarkDeleted(Handle file) override {
    std::u16string path;
    if (const OsError error = real_.FinalPath(file, &path); !error.ok()) return error;
    const OsError error = real_.MarkDeleted(file);
    const std::lock_guard lock(mutex_);
    if (error.ok()) dacls_.erase(path);
    return error;
  }

  OsError OpenLockFile(const std::u16string& path, Handle* file) override {
    return real_.OpenLockFile(path, file);
  }
  OsError Lock(Handle file, uint64_t offset, LockMode mode) override {
    return real_.Lock(file, offset, mode);
  }
  OsError OpenToRead(const std::u16string& path, Handle* file) override {
    return real_.OpenToRead(path, file);
  }
  OsError Create(const std::u16string& path, Handle* file) override {
    return real_.Create(path, file);
  }
  OsError Read(Handle file, std::span<uint8_t> bytes, size_t* moved) override {
    return real_.Read(file, bytes, moved);
  }
  OsError Write(Handle file, std::span<const uint8_t> bytes, size_t* moved) override {
    return real_.Write(file, bytes, moved);
  }
  OsError Flush(Handle file) override { return real_.Flush(file); }
  OsError Replace(const std::u16string& from, const std::u16string& to) override {
    return real_.Replace(from, to);
  }
  OsError Delete(const std::u16string& path) override { return real_.Delete(path); }
  uint32_t Today() override { return real_.Today(); }

 private:
  // The user's own, and what the user has not written to is the user's alone.
  static OsError MakeOrdinary(FileSecurity* security) {
    Handle handle = Handle::kNone;
    if (const OsError error = WindowsToken().OpenOwn(kTokenQuery, &handle); !error.ok()) {
      return error;
    }
    const UniqueHandle token(WindowsHandle(), handle);
    TokenInformation information;
    const OsError error = WindowsToken().Query(token.get(), TokenClass::kUser, &information);
    if (!error.ok()) return error;
    const Sid user = DecodeTokenUser(information).value_or(Sid());
    const uint8_t inherited = kInherited | kObjectInherit | kContainerInherit;
    const Acl dacl = {kAclRevision,
                      {{kAccessAllowedAce, inherited, kFileAllAccess, kSystemSid, {}},
                       {kAccessAllowedAce, inherited, kFileAllAccess, user, {}}}};
    user.AppendBytes(&security->owner);
    const bool encoded = EncodeAcl(dacl, &security->dacl) == AclError::kNone;
    return encoded ? kNoOsError : Win32Error(kErrorInvalidData);
  }

  FileApi& real_ = WindowsFile();
  std::mutex mutex_;
  // By final path; what is not in here is ordinary.
  std::map<std::u16string, std::vector<uint8_t>> dacls_;
};

}  // namespace

FileApi& PretendFile() {
  static Pretender instance;
  return instance;
}

}  // namespace ringfence::win
