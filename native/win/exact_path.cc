#include "win/exact_path.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "win/canonical_path.h"
#include "win/utf16.h"

namespace ringfence::win {
namespace {

Status ReadAttributes(const AclApi& api, const std::u16string& path, Handle file,
                      FileAttributes* attributes) {
  const OsError error = api.file.Attributes(file, attributes);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinPathKind, error, ToUtf8(path));
}

bool StandsForAnother(const FileAttributes& attributes) {
  return (attributes.attributes & kFileAttributeReparsePoint) != 0 &&
         (attributes.reparse_tag & kReparseTagNameSurrogate) != 0;
}

}  // namespace

Status CheckPath(const AclApi& api, const std::u16string& path, Handle file) {
  std::u16string found;
  if (const OsError error = api.file.FinalPath(file, &found); !error.ok()) {
    return Failed(Stage::kWinPathName, error, ToUtf8(path));
  }
  if (PlainPath(found) != path) return {Stage::kWinPathChanged, 0, ToUtf8(path)};
  return Status::Ok();
}

Status CheckNoLink(const AclApi& api, const std::u16string& path, Handle file) {
  FileAttributes attributes;
  RINGFENCE_RETURN_IF_ERROR(ReadAttributes(api, path, file, &attributes));
  if (StandsForAnother(attributes)) return {Stage::kWinPathChanged, 0, ToUtf8(path)};
  return Status::Ok();
}

Status OpenExact(const AclApi& api, const std::u16string& path, AccessMask access,
                 UniqueHandle* file) {
  Handle raw = Handle::kNone;
  const OsError error =
      api.file.Open(ExtendedPath(path), access | kFileReadAttributes, LinkMode::kOpenLink, &raw);
  if (!error.ok()) return Failed(Stage::kWinPathOpen, error, ToUtf8(path));
  UniqueHandle opened(api.handle, raw);
  RINGFENCE_RETURN_IF_ERROR(CheckPath(api, path, opened.get()));
  RINGFENCE_RETURN_IF_ERROR(CheckNoLink(api, path, opened.get()));
  *file = std::move(opened);
  return Status::Ok();
}

bool IsMissing(const Status& status) {
  return status.stage() == Stage::kWinPathOpen && status.kind() == ErrorKind::kWin32 &&
         (status.os_code() == kErrorFileNotFound || status.os_code() == kErrorPathNotFound);
}

bool IsGone(const Status& status) {
  return IsMissing(status) || status.stage() == Stage::kWinPathChanged;
}

Status ReadSecurity(const AclApi& api, const std::u16string& path, Handle file,
                    PathSecurity* security) {
  PathSecurity read;
  FileAttributes attributes;
  RINGFENCE_RETURN_IF_ERROR(ReadAttributes(api, path, file, &attributes));
  read.directory = (attributes.attributes & kFileAttributeDirectory) != 0;
  uint32_t flags = 0;
  if (const OsError error = api.file.VolumeFlags(file, &flags); !error.ok()) {
    return Failed(Stage::kWinPathVolume, error, ToUtf8(path));
  }
  read.persistent_acls = (flags & kVolumePersistentAcls) != 0;
  if (read.persistent_acls) {
    FileSecurity found;
    if (const OsError error = api.file.ReadSecurity(file, &found); !error.ok()) {
      return Failed(Stage::kWinAclRead, error, ToUtf8(path));
    }
    read.null_dacl = found.null_dacl;
    if (!read.null_dacl && DecodeAcl(found.dacl, &read.dacl) != AclError::kNone) {
      return {Stage::kWinAclDecode, 0, ToUtf8(path)};
    }
  }
  *security = std::move(read);
  return Status::Ok();
}

Status ReadSecurity(const AclApi& api, const std::u16string& path, PathSecurity* security) {
  UniqueHandle file;
  RINGFENCE_RETURN_IF_ERROR(OpenExact(api, path, kReadControl, &file));
  return ReadSecurity(api, path, file.get(), security);
}

Status WriteDacl(const AclApi& api, Stage stage, const std::u16string& path, Handle file,
                 const Acl& dacl) {
  std::vector<uint8_t> bytes;
  if (EncodeAcl(dacl, &bytes) != AclError::kNone) return {Stage::kWinAclDecode, 0, ToUtf8(path)};
  const OsError error = api.file.WriteDacl(file, bytes);
  return error.ok() ? Status::Ok() : Failed(stage, error, ToUtf8(path));
}

}  // namespace ringfence::win
