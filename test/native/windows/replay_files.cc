#include "windows/replay_files.h"

#include "win/acl.h"
#include "win/api/windows_api.h"
#include "win/api/windows_calls.h"
#include "win/unique_handle.h"

// Behind <windows.h>.
#include <sddl.h>

#include <cstddef>
#include <cstring>
#include <utility>

namespace ringfence::win {
namespace {

using Kind = FileOperation::Kind;

constexpr SECURITY_INFORMATION kOwnerAndDacl =
    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
// A check wants a group.
constexpr SECURITY_INFORMATION kAllButAudits = kOwnerAndDacl | GROUP_SECURITY_INFORMATION;

OsError Open(const std::u16string& path, AccessMask access, DWORD disposition, UniqueHandle* file) {
  Handle handle = Handle::kNone;
  const OsError error = CallForHandle(
      [&] {
        return CreateFileW(
            ToSystem(path), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
            disposition, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
      },
      &handle);
  if (error.ok()) *file = UniqueHandle(WindowsHandle(), handle);
  return error;
}

OsError Dispose(Handle file) {
  FILE_DISPOSITION_INFO disposition = {TRUE};
  return Call([&] {
    return SetFileInformationByHandle(ToSystem(file), FileDispositionInfo, &disposition,
                                      sizeof disposition);
  });
}

OsError Write(Handle file) {
  DWORD written = 0;
  return Call([&] { return WriteFile(ToSystem(file), "x", 1, &written, nullptr); });
}

OsError Touch(Handle file) {
  FILE_BASIC_INFO info = {};
  // 1970, in units of 100 ns since 1601. Zero would be no change, as the others are.
  info.LastWriteTime.QuadPart = 116444736000000000;
  return Call([&] {
    return SetFileInformationByHandle(ToSystem(file), FileBasicInfo, &info, sizeof info);
  });
}

// Of a name that is relative to the current directory: a rename takes such a one for something
// else.
std::u16string FullPath(const std::u16string& path) {
  std::u16string full(MAX_PATH, u'\0');
  const DWORD units =
      GetFullPathNameW(ToSystem(path), static_cast<DWORD>(full.size()), ToSystem(&full), nullptr);
  full.resize(units < full.size() ? units : 0);
  return full;
}

OsError RenameTo(Handle file, const std::u16string& to, bool replace) {
  const size_t name_bytes = to.size() * sizeof(char16_t);
  // The name ends with a zero that is not counted.
  std::vector<uint64_t> room(
      (offsetof(FILE_RENAME_INFO, FileName) + name_bytes + sizeof(char16_t)) / sizeof(uint64_t) +
      1);
  auto* const info = reinterpret_cast<FILE_RENAME_INFO*>(room.data());
  info->ReplaceIfExists = replace ? TRUE : FALSE;
  info->FileNameLength = static_cast<DWORD>(name_bytes);
  std::memcpy(info->FileName, to.data(), name_bytes);
  const auto size = static_cast<DWORD>(room.size() * sizeof(uint64_t));
  return Call(
      [&] { return SetFileInformationByHandle(ToSystem(file), FileRenameInfo, info, size); });
}

OsError Act(Kind kind, Handle file, const std::u16string& to) {
  switch (kind) {
    case Kind::kOverwrite:
    case Kind::kAppend:
      return Write(file);
    case Kind::kSetAttributes:
      return Touch(file);
    case Kind::kRemove:
      return Dispose(file);
    case Kind::kRename:
    case Kind::kReplace:
      return RenameTo(file, FullPath(to), kind == Kind::kReplace);
    default:
      return kNoOsError;
  }
}

// Owner and list of a descriptor that Windows has written.
struct OwnerAndDacl {
  Sid owner;
  bool null_dacl = false;
  Acl dacl = {};

  bool operator==(const OwnerAndDacl&) const = default;
};

OsError Understand(const std::vector<uint8_t>& descriptor, OwnerAndDacl* found) {
  const auto security = const_cast<uint8_t*>(descriptor.data());
  PSID owner = nullptr;
  PACL dacl = nullptr;
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  const OsError error = Call([&] {
    return GetSecurityDescriptorOwner(security, &owner, &defaulted) != 0 &&
           GetSecurityDescriptorDacl(security, &present, &dacl, &defaulted) != 0;
  });
  if (!error.ok()) return error;
  const auto sid =
      Sid::FromBytes({static_cast<const uint8_t*>(owner), owner ? GetLengthSid(owner) : 0});
  if (!sid) return Win32Error(kErrorInvalidData);
  found->owner = *sid;
  found->null_dacl = present == FALSE || dacl == nullptr;
  if (found->null_dacl) return kNoOsError;
  const AclError wrong =
      DecodeAcl({reinterpret_cast<const uint8_t*>(dacl), dacl->AclSize}, &found->dacl);
  return wrong == AclError::kNone ? kNoOsError : Win32Error(kErrorInvalidData);
}

OsError Query(Handle file, std::vector<uint8_t>* descriptor) {
  DWORD size = 0;
  GetKernelObjectSecurity(ToSystem(file), kAllButAudits, nullptr, 0, &size);
  descriptor->resize(size);
  return Call([&] {
    return GetKernelObjectSecurity(ToSystem(file), kAllButAudits, descriptor->data(), size, &size);
  });
}

OsError RemoveChildren(const std::u16string& path) {
  WIN32_FIND_DATAW entry = {};
  const HANDLE search = FindFirstFileW(ToSystem(path + u"\\*"), &entry);
  if (search == INVALID_HANDLE_VALUE) return Win32Error(GetLastError());
  OsError error;
  do {
    const std::u16string name = reinterpret_cast<const char16_t*>(entry.cFileName);
    if (name != u"." && name != u"..") error = RemoveNode(path + u"\\" + name);
  } while (error.ok() && FindNextFileW(search, &entry) != 0);
  FindClose(search);
  return error;
}

}  // namespace

void EnableBackupPrivileges() {
  HANDLE token = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token) == 0) return;
  for (const wchar_t* const name : {L"SeBackupPrivilege", L"SeRestorePrivilege"}) {
    TOKEN_PRIVILEGES privileges = {};
    privileges.PrivilegeCount = 1;
    privileges.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    if (LookupPrivilegeValueW(nullptr, name, &privileges.Privileges[0].Luid) == 0) continue;
    AdjustTokenPrivileges(token, FALSE, &privileges, 0, nullptr, nullptr);
  }
  CloseHandle(token);
}

OsError ReadDescriptor(const std::u16string& text, std::vector<uint8_t>* descriptor) {
  PSECURITY_DESCRIPTOR made = nullptr;
  ULONG size = 0;
  const OsError error = Call([&] {
    return ConvertStringSecurityDescriptorToSecurityDescriptorW(ToSystem(text), SDDL_REVISION_1,
                                                                &made, &size);
  });
  if (!error.ok()) return error;
  const auto* const bytes = static_cast<const uint8_t*>(made);
  descriptor->assign(bytes, bytes + size);
  LocalFree(made);
  return kNoOsError;
}

OsError MakeNode(const std::u16string& path, bool directory) {
  if (directory) return Call([&] { return CreateDirectoryW(ToSystem(path), nullptr); });
  UniqueHandle file;
  return Open(path, kFileReadAttributes, CREATE_NEW, &file);
}

OsError SecureNode(const std::u16string& path, const std::u16string& descriptor, bool* same) {
  std::vector<uint8_t> asked;
  if (const OsError error = ReadDescriptor(descriptor, &asked); !error.ok()) return error;
  UniqueHandle file;
  if (const OsError error =
          Open(path, kWriteDac | kWriteOwner | kReadControl, OPEN_EXISTING, &file);
      !error.ok()) {
    return error;
  }
  if (const OsError error = Call([&] {
        return SetKernelObjectSecurity(ToSystem(file.get()), kOwnerAndDacl, asked.data());
      });
      !error.ok()) {
    return error;
  }
  std::vector<uint8_t> found;
  if (const OsError error = Query(file.get(), &found); !error.ok()) return error;
  OwnerAndDacl wanted;
  OwnerAndDacl now;
  if (const OsError error = Understand(asked, &wanted); !error.ok()) return error;
  if (const OsError error = Understand(found, &now); !error.ok()) return error;
  *same = wanted == now;
  return kNoOsError;
}

OsError WriteList(const std::u16string& path, const std::u16string& descriptor) {
  std::vector<uint8_t> asked;
  OwnerAndDacl wanted;
  std::vector<uint8_t> list;
  if (const OsError error = ReadDescriptor(descriptor, &asked); !error.ok()) return error;
  if (const OsError error = Understand(asked, &wanted); !error.ok()) return error;
  if (wanted.null_dacl || EncodeAcl(wanted.dacl, &list) != AclError::kNone) {
    return Win32Error(kErrorInvalidData);
  }
  UniqueHandle file;
  if (const OsError error = Open(path, kWriteDac | kReadControl, OPEN_EXISTING, &file);
      !error.ok()) {
    return error;
  }
  return WindowsFile().WriteDacl(file.get(), list);
}

OsError QuerySecurity(const std::u16string& path, std::vector<uint8_t>* descriptor) {
  UniqueHandle file;
  const OsError error = Open(path, kReadControl, OPEN_EXISTING, &file);
  return error.ok() ? Query(file.get(), descriptor) : error;
}

OsError RemoveNode(const std::u16string& path) {
  const DWORD attributes = GetFileAttributesW(ToSystem(path));
  if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    if (const OsError error = RemoveChildren(path); !error.ok()) return error;
  }
  UniqueHandle file;
  if (const OsError error = Open(path, kDelete, OPEN_EXISTING, &file); !error.ok()) return error;
  return Dispose(file.get());
}

OsError PerformReally(Kind kind, const std::u16string& path, const std::u16string& to) {
  if (kind == Kind::kCreateFile || kind == Kind::kCreateDirectory) {
    return MakeNode(path, kind == Kind::kCreateDirectory);
  }
  UniqueHandle file;
  if (const OsError error = Open(path, OpeningRights(kind), OPEN_EXISTING, &file); !error.ok()) {
    return error;
  }
  if (kind != Kind::kLink) return Act(kind, file.get(), to);
  return Call([&] { return CreateHardLinkW(ToSystem(to), ToSystem(path), nullptr); });
}

}  // namespace ringfence::win
