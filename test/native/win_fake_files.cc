#include "win_fake_files.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "sids.h"

namespace ringfence::win {
namespace {

using Guard = std::lock_guard<std::mutex>;

constexpr uint32_t kJunctionTag = 0xa0000003;

std::string Narrow(std::u16string_view text) { return {text.begin(), text.end()}; }

OsError Code(uint32_t code) { return {ErrorKind::kWin32, code}; }

// What Windows sets: explicit ACEs as given, inherited ones as the directory above has them.
Acl StoredDacl(const Acl& given, const Node& node, const Node* directory) {
  if (node.security.is_protected || directory == nullptr || !directory->security.dacl) return given;
  Acl stored = given;
  std::erase_if(stored.aces, [](const Ace& ace) { return ace.inherited(); });
  const Acl inherited = InheritedDacl(*directory->security.dacl, node.kind, node.security.owner);
  stored.aces.insert(stored.aces.end(), inherited.aces.begin(), inherited.aces.end());
  return stored;
}

}  // namespace

FakeFiles::FakeFiles(FakeDisk& disk) : disk_(disk) {
  token_.user = kAlice;
  token_.groups = {{kEveryone}, {kUsers}};
}

OsError FakeFiles::Begin(const char* name, std::string detail) {
  if (dead_) return Code(kErrorInvalidHandle);
  const size_t index = calls_.fallible().size();
  if (const auto action = before_.find(index); action != before_.end()) action->second();
  if (crash_at_ == index) {
    const Guard guard(disk_.mutex);
    while (!handles_.empty()) CloseLocked(handles_.begin()->first);
    dead_ = true;
    throw FakeCrash();
  }
  return calls_.Begin(name, std::move(detail));
}

OsError FakeFiles::Opened(Node* node, AccessMask access, Handle* file) {
  *file = Handle{disk_.last_handle += 4};
  handles_[*file] = {node, access};
  return kNoOsError;
}

bool FakeFiles::May(const FakePlace& place, AccessMask access) const {
  return Actor(token_, {}).MayOpen(*place.directory, place.name, access);
}

FakeFiles::OpenFile* FakeFiles::Find(Handle file, AccessMask access) {
  const auto found = handles_.find(file);
  if (found == handles_.end() || (access & ~found->second.access) != 0) return nullptr;
  return &found->second;
}

OsError FakeFiles::Open(const std::u16string& path, AccessMask access, LinkMode links,
                        Handle* file) {
  if (const OsError error = Begin("CreateFileW", Narrow(path)); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const FakePlace place = disk_.Find(path, links);
  if (place.directory == nullptr) return Code(kErrorPathNotFound);
  if (place.node == nullptr) return Code(kErrorFileNotFound);
  if (!May(place, access)) return Code(kErrorAccessDenied);
  return Opened(place.node, access, file);
}

OsError FakeFiles::FinalPath(Handle file, std::u16string* path) {
  if (const OsError error = Begin("GetFinalPathNameByHandleW"); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const OpenFile* open = Find(file, 0);
  if (open == nullptr) return Code(kErrorInvalidHandle);
  const std::u16string found = disk_.PathOf(*open->node);
  if (found.empty()) return Code(kErrorFileNotFound);
  *path = u"\\\\?\\" + found;
  return kNoOsError;
}

OsError FakeFiles::Attributes(Handle file, FileAttributes* attributes) {
  if (const OsError error = Begin("GetFileInformationByHandleEx"); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const OpenFile* open = Find(file, kFileReadAttributes);
  if (open == nullptr) return Code(kErrorAccessDenied);
  const bool junction = disk_.junctions.contains(open->node);
  *attributes = {};
  if (open->node->kind == Node::Kind::kDirectory) attributes->attributes = kFileAttributeDirectory;
  if (junction) attributes->attributes |= kFileAttributeReparsePoint;
  if (junction) attributes->reparse_tag = kJunctionTag;
  return kNoOsError;
}

OsError FakeFiles::VolumeFlags(Handle file, uint32_t* flags) {
  if (const OsError error = Begin("GetVolumeInformationByHandleW"); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const OpenFile* open = Find(file, 0);
  if (open == nullptr) return Code(kErrorInvalidHandle);
  const std::u16string volume = disk_.PathOf(*open->node).substr(0, 3);
  *flags = disk_.without_acls.contains(volume) ? 0 : kVolumePersistentAcls;
  return kNoOsError;
}

OsError FakeFiles::ReadSecurity(Handle file, FileSecurity* security) {
  if (const OsError error = Begin("GetSecurityInfo"); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const OpenFile* open = Find(file, kReadControl);
  if (open == nullptr) return Code(kErrorAccessDenied);
  const SecurityDescriptor& stored = open->node->security;
  *security = {};
  stored.owner.AppendBytes(&security->owner);
  security->is_protected = stored.is_protected;
  security->null_dacl = !stored.dacl;
  if (stored.dacl && EncodeAcl(*stored.dacl, &security->dacl) != AclError::kNone) {
    return Code(kErrorInvalidParameter);
  }
  return kNoOsError;
}

OsError FakeFiles::WriteDacl(Handle file, std::span<const uint8_t> dacl) {
  const std::u16string path = [&] {
    const Guard guard(disk_.mutex);
    const OpenFile* open = Find(file, 0);
    return open == nullptr ? std::u16string() : disk_.PathOf(*open->node);
  }();
  if (const OsError error = Begin("SetSecurityInfo", Narrow(path)); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const OpenFile* open = Find(file, kReadControl | kWriteDac);
  if (open == nullptr) return Code(kErrorAccessDenied);
  Acl given;
  if (DecodeAcl(dacl, &given) != AclError::kNone) return Code(kErrorInvalidParameter);
  ++changes_;
  const FakePlace place = disk_.Find(path, LinkMode::kOpenLink);
  SetDacl(StoredDacl(given, *open->node, place.directory), open->node);
  return kNoOsError;
}

OsError FakeFiles::MakeDirectory(const std::u16string& path) {
  if (const OsError error = Begin("CreateDirectoryW", Narrow(path)); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const FakePlace place = disk_.Find(path, LinkMode::kFollow);
  if (place.directory == nullptr) return Code(kErrorPathNotFound);
  if (place.node != nullptr) return Code(kErrorAlreadyExists);
  const bool made = Actor(token_, {}).Create(place.name, Node::Kind::kDirectory, place.directory);
  if (made) ++changes_;
  return made ? kNoOsError : Code(kErrorAccessDenied);
}

OsError FakeFiles::MarkDeleted(Handle file) {
  if (const OsError error = Begin("SetFileInformationByHandle"); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  OpenFile* open = Find(file, kDelete);
  if (open == nullptr) return Code(kErrorAccessDenied);
  if (!open->node->children.empty()) return Code(kErrorDirNotEmpty);
  open->deleted = true;
  ++changes_;
  return kNoOsError;
}

OsError FakeFiles::OpenLockFile(const std::u16string& path, Handle* file) {
  if (const OsError error = Begin("CreateFileW", Narrow(path)); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const FakePlace place = disk_.Find(path, LinkMode::kFollow);
  if (place.directory == nullptr) return Code(kErrorPathNotFound);
  if (place.node == nullptr) disk_.AddFile(path);
  return Opened(disk_.Find(path, LinkMode::kFollow).node, kFileGenericRead, file);
}

OsError FakeFiles::Lock(Handle file, uint64_t offset, LockMode mode) {
  const char* kinds[] = {"shared", "exclusive"};
  const std::string detail =
      std::string(kinds[static_cast<size_t>(mode)]) + " " + std::to_string(offset);
  if (const OsError error = Begin("LockFileEx", detail); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const OpenFile* open = Find(file, 0);
  if (open == nullptr) return Code(kErrorInvalidHandle);
  const auto is_free = [&] {
    return std::ranges::none_of(disk_.locks, [&](const FakeDisk::Lock& lock) {
      return lock.file == open->node && lock.offset == offset &&
             (mode == LockMode::kExclusive || lock.mode == LockMode::kExclusive);
    });
  };
  if (!is_free()) return Code(kErrorLockViolation);
  disk_.locks.push_back({open->node, offset, mode, file});
  return kNoOsError;
}

OsError FakeFiles::OpenToRead(const std::u16string& path, Handle* file) {
  return Open(path, kFileGenericRead, LinkMode::kFollow, file);
}

OsError FakeFiles::Create(const std::u16string& path, Handle* file) {
  if (const OsError error = Begin("CreateFileW", Narrow(path)); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  if (disk_.Find(path, LinkMode::kFollow).directory == nullptr) return Code(kErrorPathNotFound);
  Node& node = disk_.AddFile(path);
  disk_.contents[&node].clear();
  return Opened(&node, kFileGenericWrite, file);
}

OsError FakeFiles::Read(Handle file, std::span<uint8_t> bytes, size_t* moved) {
  if (const OsError error = Begin("ReadFile"); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  OpenFile* open = Find(file, kFileReadData);
  if (open == nullptr) return Code(kErrorAccessDenied);
  const std::vector<uint8_t>& content = disk_.contents[open->node];
  *moved = std::min({bytes.size(), chunk, content.size() - open->position});
  std::copy_n(content.begin() + static_cast<ptrdiff_t>(open->position), *moved, bytes.begin());
  open->position += *moved;
  return kNoOsError;
}

OsError FakeFiles::Write(Handle file, std::span<const uint8_t> bytes, size_t* moved) {
  if (const OsError error = Begin("WriteFile"); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const OpenFile* open = Find(file, kFileWriteData);
  if (open == nullptr) return Code(kErrorAccessDenied);
  *moved = std::min(bytes.size(), chunk);
  std::vector<uint8_t>& content = disk_.contents[open->node];
  content.insert(content.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(*moved));
  return kNoOsError;
}

OsError FakeFiles::Flush(Handle file) {
  if (const OsError error = Begin("FlushFileBuffers"); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  return Find(file, kFileWriteData) == nullptr ? Code(kErrorAccessDenied) : kNoOsError;
}

OsError FakeFiles::Replace(const std::u16string& from, const std::u16string& to) {
  if (const OsError error = Begin("MoveFileExW", Narrow(to)); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const FakePlace source = disk_.Find(from, LinkMode::kOpenLink);
  if (source.node == nullptr) return Code(kErrorFileNotFound);
  for (const auto& [handle, open] : handles_) {
    if (open.node == source.node) return Code(kErrorSharingViolation);
  }
  const FakePlace target = disk_.Find(to, LinkMode::kOpenLink);
  if (target.node != nullptr) disk_.Detach(*target.directory, target.name);
  disk_.Move(from, to);
  return kNoOsError;
}

OsError FakeFiles::Delete(const std::u16string& path) {
  if (const OsError error = Begin("DeleteFileW", Narrow(path)); !error.ok()) return error;
  const Guard guard(disk_.mutex);
  const FakePlace place = disk_.Find(path, LinkMode::kOpenLink);
  if (place.node == nullptr) return Code(kErrorFileNotFound);
  disk_.Detach(*place.directory, place.name);
  return kNoOsError;
}

void FakeFiles::CloseLocked(Handle handle) {
  const OpenFile open = handles_.at(handle);
  handles_.erase(handle);
  std::erase_if(disk_.locks, [&](const FakeDisk::Lock& lock) { return lock.owner == handle; });
  if (open.deleted) {
    const FakePlace place = disk_.Find(disk_.PathOf(*open.node), LinkMode::kOpenLink);
    if (place.node == open.node) disk_.Detach(*place.directory, place.name);
  }
}

bool FakeFiles::Close(Handle handle) {
  const Guard guard(disk_.mutex);
  if (!handles_.contains(handle)) return dead_;
  CloseLocked(handle);
  return true;
}

}  // namespace ringfence::win
