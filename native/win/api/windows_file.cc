#include "win/api/windows_api.h"
#include "win/api/windows_calls.h"
// After <windows.h>, whose types it needs.
#include <aclapi.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace ringfence::win {
namespace {

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
constexpr uint64_t k100nsInDay = 24ULL * 60 * 60 * 10'000'000;

// Of a function that returns its error.
OsError Returned(DWORD error) { return {ErrorKind::kWin32, error}; }

OsError OpenFile(const std::u16string& path, DWORD access, DWORD share, DWORD disposition,
                 DWORD flags, Handle* file) {
  return CallForHandle(
      [&] {
        return CreateFileW(ToSystem(path), access, share, nullptr, disposition, flags, nullptr);
      },
      file);
}

DWORD AtMost(size_t size) {
  return static_cast<DWORD>(std::min<size_t>(size, std::numeric_limits<DWORD>::max()));
}

struct LocalFreeDeleter {
  void operator()(void* memory) const { LocalFree(memory); }
};

// `acl` is part of a valid descriptor.
std::vector<uint8_t> BytesOf(const ACL* acl) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(acl);
  return {bytes, bytes + acl->AclSize};
}

std::vector<uint8_t> BytesOf(PSID sid) {
  const auto* bytes = static_cast<const uint8_t*>(sid);
  return {bytes, bytes + GetLengthSid(sid)};
}

class FileCalls final : public FileApi {
 public:
  OsError Open(const std::u16string& path, AccessMask access, LinkMode links,
               Handle* file) override {
    const DWORD link_flag = links == LinkMode::kOpenLink ? FILE_FLAG_OPEN_REPARSE_POINT : 0;
    return OpenFile(path, access, kShareAll, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | link_flag,
                    file);
  }

  OsError FinalPath(Handle file, std::u16string* path) override {
    std::u16string found(MAX_PATH, u'\0');
    for (;;) {
      DWORD length = 0;
      const OsError error = Call([&] {
        length = GetFinalPathNameByHandleW(ToSystem(file), ToSystem(&found), AtMost(found.size()),
                                           FILE_NAME_NORMALIZED | VOLUME_NAME_DOS);
        return length != 0;
      });
      if (!error.ok()) return error;
      const bool fits = length < found.size();
      // Without the NUL when it fits, else the room that is needed with it.
      found.resize(length);
      if (!fits) continue;
      *path = std::move(found);
      return kNoOsError;
    }
  }

  OsError Attributes(Handle file, FileAttributes* attributes) override {
    FILE_ATTRIBUTE_TAG_INFO found = {};
    const OsError error = Call([&] {
      return GetFileInformationByHandleEx(ToSystem(file), FileAttributeTagInfo, &found,
                                          sizeof(found)) != FALSE;
    });
    if (error.ok()) *attributes = {found.FileAttributes, found.ReparseTag};
    return error;
  }

  OsError VolumeFlags(Handle file, uint32_t* flags) override {
    DWORD found = 0;
    const OsError error = Call([&] {
      return GetVolumeInformationByHandleW(ToSystem(file), nullptr, 0, nullptr, nullptr, &found,
                                           nullptr, 0) != FALSE;
    });
    if (error.ok()) *flags = found;
    return error;
  }

  OsError ReadSecurity(Handle file, FileSecurity* security) override {
    PSID owner = nullptr;
    PACL dacl = nullptr;
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    const OsError read = Returned(GetSecurityInfo(
        ToSystem(file), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
        &owner, nullptr, &dacl, nullptr, &descriptor));
    if (!read.ok()) return read;
    const std::unique_ptr<void, LocalFreeDeleter> freed(descriptor);
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision = 0;
    const OsError error = Call(
        [&] { return GetSecurityDescriptorControl(descriptor, &control, &revision) != FALSE; });
    if (!error.ok()) return error;
    FileSecurity found;
    if (owner != nullptr) found.owner = BytesOf(owner);
    found.null_dacl = dacl == nullptr;
    if (dacl != nullptr) found.dacl = BytesOf(dacl);
    found.is_protected = (control & SE_DACL_PROTECTED) != 0;
    *security = std::move(found);
    return kNoOsError;
  }

  OsError WriteDacl(Handle file, std::span<const uint8_t> dacl) override {
    // Aligned as an ACL has to be.
    std::vector<uint32_t> copy((dacl.size() + sizeof(uint32_t) - 1) / sizeof(uint32_t));
    std::memcpy(copy.data(), dacl.data(), dacl.size());
    return Returned(SetSecurityInfo(ToSystem(file), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION,
                                    nullptr, nullptr, reinterpret_cast<PACL>(copy.data()),
                                    nullptr));
  }

  OsError MakeDirectory(const std::u16string& path) override {
    return Call([&] { return CreateDirectoryW(ToSystem(path), nullptr) != FALSE; });
  }

  OsError MarkDeleted(Handle file) override {
    FILE_DISPOSITION_INFO disposition = {};
    disposition.DeleteFile = TRUE;
    return Call([&] {
      return SetFileInformationByHandle(ToSystem(file), FileDispositionInfo, &disposition,
                                        sizeof(disposition)) != FALSE;
    });
  }

  OsError OpenLockFile(const std::u16string& path, Handle* file) override {
    return OpenFile(path, GENERIC_READ | GENERIC_WRITE, kShareAll, OPEN_ALWAYS,
                    FILE_ATTRIBUTE_NORMAL, file);
  }

  OsError Lock(Handle file, uint64_t offset, LockMode mode) override {
    OVERLAPPED at = {};
    at.Offset = static_cast<DWORD>(offset & 0xffffffff);
    at.OffsetHigh = static_cast<DWORD>(offset >> 32);
    const DWORD exclusive = mode == LockMode::kExclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0;
    const DWORD flags = exclusive | LOCKFILE_FAIL_IMMEDIATELY;
    return Call([&] { return LockFileEx(ToSystem(file), flags, 0, 1, 0, &at) != FALSE; });
  }

  OsError OpenToRead(const std::u16string& path, Handle* file) override {
    return OpenFile(path, GENERIC_READ, kShareAll, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, file);
  }

  OsError Create(const std::u16string& path, Handle* file) override {
    return OpenFile(path, GENERIC_WRITE, 0, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, file);
  }

  OsError Read(Handle file, std::span<uint8_t> bytes, size_t* moved) override {
    DWORD count = 0;
    const OsError error = Call([&] {
      return ReadFile(ToSystem(file), bytes.data(), AtMost(bytes.size()), &count, nullptr) != FALSE;
    });
    if (error.ok()) *moved = count;
    return error;
  }

  OsError Write(Handle file, std::span<const uint8_t> bytes, size_t* moved) override {
    DWORD count = 0;
    const OsError error = Call([&] {
      return WriteFile(ToSystem(file), bytes.data(), AtMost(bytes.size()), &count, nullptr) !=
             FALSE;
    });
    if (error.ok()) *moved = count;
    return error;
  }

  OsError Flush(Handle file) override {
    return Call([&] { return FlushFileBuffers(ToSystem(file)) != FALSE; });
  }

  OsError Replace(const std::u16string& from, const std::u16string& to) override {
    return Call([&] {
      return MoveFileExW(ToSystem(from), ToSystem(to),
                         MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != FALSE;
    });
  }

  OsError Delete(const std::u16string& path) override {
    return Call([&] { return DeleteFileW(ToSystem(path)) != FALSE; });
  }

  uint32_t Today() override {
    FILETIME now = {};
    GetSystemTimeAsFileTime(&now);
    const uint64_t ticks = uint64_t{now.dwHighDateTime} << 32 | now.dwLowDateTime;
    return static_cast<uint32_t>(ticks / k100nsInDay);
  }
};

}  // namespace

FileApi& WindowsFile() {
  static FileCalls calls;
  return calls;
}

}  // namespace ringfence::win
