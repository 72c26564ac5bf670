#include "linux/stub_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "linux/path_open.h"
#include "posix/directory_names.h"
#include "posix/unique_fd.h"

namespace ringfence {
namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

// The path leads elsewhere now, or nowhere.
bool IsGone(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

}  // namespace

bool SplitStubPath(const std::string& path, StubPlace* place) {
  const size_t slash = path.rfind('/');
  if (!path.starts_with('/') || path.find('\0') != std::string::npos) return false;
  place->parent = slash == 0 ? "/" : path.substr(0, slash);
  place->name = path.substr(slash + 1);
  return !place->name.empty() && place->name != "." && place->name != "..";
}

int LookAtStub(int parent, const std::string& name, StubEntry* entry) {
  struct statx facts = {};
  if (statx(parent, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
            STATX_TYPE | STATX_UID | STATX_INO | STATX_BTIME, &facts) != 0) {
    return errno;
  }
  entry->is_directory = S_ISDIR(facts.stx_mode);
  entry->owner = facts.stx_uid;
  entry->identity.device = makedev(facts.stx_dev_major, facts.stx_dev_minor);
  entry->identity.inode = facts.stx_ino;
  entry->identity.born_ns =
      (facts.stx_mask & STATX_BTIME) == 0
          ? 0
          : facts.stx_btime.tv_sec * kNanosecondsPerSecond + facts.stx_btime.tv_nsec;
  return 0;
}

bool IsEmptyDirectory(int parent, const std::string& name) {
  unique_fd directory(
      openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  std::vector<std::string> names;
  return directory.valid() && ReadDirectoryNames(std::move(directory), &names) == 0 &&
         names.empty();
}

void StubsInUse::Add(const StubRecord& record) {
  if (record.kind == StubRecord::Kind::kHeld) by_path_[record.path].push_back(record.identity);
}

bool StubsInUse::Contains(const std::string& path, const StubIdentity& identity) const {
  const auto found = by_path_.find(path);
  return found != by_path_.end() &&
         std::find(found->second.begin(), found->second.end(), identity) != found->second.end();
}

Status RemoveStub(const StubRecord& record, const StubsInUse& in_use, bool* removed) {
  *removed = false;
  StubPlace place;
  if (!SplitStubPath(record.path, &place)) return Status(Stage::kStubJournal, EINVAL, record.path);
  unique_fd parent;
  int error = OpenDirectoryNoSymlinks(AT_FDCWD, place.parent, O_PATH, &parent);
  StubEntry entry;
  if (error == 0) error = LookAtStub(parent.get(), place.name, &entry);
  if (IsGone(error)) return Status::Ok();
  if (error != 0) return Status(Stage::kStubParent, error, record.path);

  // Of an intended stub only the path is known; being an empty directory of ours must do.
  const bool same = record.kind == StubRecord::Kind::kHeld ? entry.identity == record.identity
                                                           : entry.owner == geteuid();
  if (!entry.is_directory || !same || in_use.Contains(record.path, entry.identity)) {
    return Status::Ok();
  }
  *removed = unlinkat(parent.get(), place.name.c_str(), AT_REMOVEDIR) == 0;
  if (*removed || IsGone(errno) || errno == ENOTEMPTY || errno == EEXIST) return Status::Ok();
  return Status(Stage::kStubRemove, errno, record.path);
}

}  // namespace ringfence
