// Calls about files and their security; one of the tables of win32_api.h.
#ifndef RINGFENCE_WIN_API_FILE_API_H_
#define RINGFENCE_WIN_API_FILE_API_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "win/access_mask.h"
#include "win/api/handle.h"
#include "win/api/os_error.h"

namespace ringfence::win {

// "File Attribute Constants" on learn.microsoft.com.
constexpr uint32_t kFileAttributeDirectory = 0x10;
constexpr uint32_t kFileAttributeReparsePoint = 0x400;
// Of reparse tags: the object stands for another one, as symbolic links and junctions do ("Reparse
// Point Tags").
constexpr uint32_t kReparseTagNameSurrogate = 0x20000000;
// "GetVolumeInformationByHandleW function".
constexpr uint32_t kVolumePersistentAcls = 0x8;

struct FileAttributes {
  uint32_t attributes = 0;
  uint32_t reparse_tag = 0;
};

struct FileSecurity {
  // A self-relative SID.
  std::vector<uint8_t> owner;
  bool null_dacl = false;
  // An ACL as DecodeAcl() reads it; empty with a null DACL.
  std::vector<uint8_t> dacl;
  // SE_DACL_PROTECTED.
  bool is_protected = false;
};

enum class LinkMode : uint8_t {
  kFollow,
  kOpenLink,  // the last component itself is opened, also when it is a link
};

enum class LockMode : uint8_t { kShared, kExclusive };

// No handle is inheritable.
class FileApi {
 public:
  virtual ~FileApi() = default;

  // CreateFileW of a file or directory that exists: FILE_FLAG_BACKUP_SEMANTICS, everything shared.
  virtual OsError Open(const std::u16string& path, AccessMask access, LinkMode links,
                       Handle* file) = 0;
  // GetFinalPathNameByHandleW: normalised, with a drive letter or as \\?\UNC\.
  virtual OsError FinalPath(Handle file, std::u16string* path) = 0;
  // GetFileInformationByHandleEx, FileAttributeTagInfo.
  virtual OsError Attributes(Handle file, FileAttributes* attributes) = 0;
  // GetVolumeInformationByHandleW: the flags of the file system.
  virtual OsError VolumeFlags(Handle file, uint32_t* flags) = 0;

  // GetSecurityInfo: owner and DACL. Needs READ_CONTROL.
  virtual OsError ReadSecurity(Handle file, FileSecurity* security) = 0;
  // SetSecurityInfo: the DACL, its protection stays as it is. Needs READ_CONTROL and WRITE_DAC, but
  // not MAXIMUM_ALLOWED, with which nothing is propagated. What is inherited comes from the
  // directory above, whatever `dacl` says, and is brought up to date in everything below
  // ("SetSecurityInfo function", "Automatic Propagation of Inheritable ACEs").
  virtual OsError WriteDacl(Handle file, std::span<const uint8_t> dacl) = 0;

  // CreateDirectoryW, with the security that the directory above gives.
  virtual OsError MakeDirectory(const std::u16string& path) = 0;
  // SetFileInformationByHandle, FileDispositionInfo: it is gone when the handle is closed. Needs
  // DELETE. Fails when a directory has entries.
  virtual OsError MarkDeleted(Handle file) = 0;

  // CreateFileW: a file to lock, made when missing; everything shared.
  virtual OsError OpenLockFile(const std::u16string& path, Handle* file) = 0;
  // LockFileEx of the one byte at `offset`, which need not exist. It does not wait: with another
  // owner, who may be another handle of this process, it is ERROR_LOCK_VIOLATION. Closing the
  // handle, and the end of the process, unlock.
  virtual OsError Lock(Handle file, uint64_t offset, LockMode mode) = 0;

  // CreateFileW: a file that exists, for reading; everything shared.
  virtual OsError OpenToRead(const std::u16string& path, Handle* file) = 0;
  // CreateFileW: an empty file for writing, in place of what was there; not shared.
  virtual OsError Create(const std::u16string& path, Handle* file) = 0;
  // ReadFile and WriteFile at the handle's position. `moved` is less than asked at the end of the
  // file, and may be so for no reason.
  virtual OsError Read(Handle file, std::span<uint8_t> bytes, size_t* moved) = 0;
  virtual OsError Write(Handle file, std::span<const uint8_t> bytes, size_t* moved) = 0;
  // FlushFileBuffers.
  virtual OsError Flush(Handle file) = 0;
  // MoveFileExW: MOVEFILE_REPLACE_EXISTING, MOVEFILE_WRITE_THROUGH.
  virtual OsError Replace(const std::u16string& from, const std::u16string& to) = 0;
  // DeleteFileW.
  virtual OsError Delete(const std::u16string& path) = 0;

  // GetSystemTimeAsFileTime, in days since 1601.
  virtual uint32_t Today() = 0;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_FILE_API_H_
