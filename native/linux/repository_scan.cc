#include "linux/repository_scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "core/utf8.h"
#include "linux/path_open.h"
#include "posix/unique_fd.h"

namespace ringfence {
namespace {

constexpr std::string_view kGitName = ".git";
constexpr size_t kBufferSize = 256 * 1024;
// Directories kept open along the current path; those further up are opened again when needed.
constexpr size_t kMaxOpen = 128;

// File systems that the kernel makes up (linux/magic.h, and the source of each where that has no
// number). They hold no repository, and reading some of them is slow or has effects.
constexpr uint64_t kKernelFileSystems[] = {
    0x9fa0,      // proc
    0x62656572,  // sysfs
    0x27e0eb,    // cgroup
    0x63677270,  // cgroup2
    0x64626720,  // debugfs
    0x74726163,  // tracefs
    0x73636673,  // securityfs
    0xcafe4a11,  // bpf
    0x6165676c,  // pstore
    0x62656570,  // configfs
    0xf97cff8c,  // selinuxfs
    0x1cd1,      // devpts
    0x19800202,  // mqueue
    0x958458f6,  // hugetlbfs
    0x42494e4d,  // binfmt_misc
    0xde5e81e4,  // efivarfs
    0x65735543,  // fusectl
};

// What getdents64(2) writes.
struct DirectoryEntry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[1];
};

// A directory on the way down, with the subdirectories that are still to be visited.
struct Level {
  unique_fd fd;
  dev_t device = 0;
  size_t path_length = 0;
  // NUL-terminated names, one after the other; taken from the end.
  std::string pending;
};

bool IsOutOfResources(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM; }

// The directory, or its path, went away or became something else between listing and opening.
bool IsVanished(int error) { return error == ENOENT || error == ENOTDIR || error == ESTALE; }

bool IsKernelFileSystem(int fd) {
  struct statfs information = {};
  if (fstatfs(fd, &information) != 0) return false;
  const auto type = static_cast<uint64_t>(information.f_type) & 0xffffffff;
  return std::find(std::begin(kKernelFileSystems), std::end(kKernelFileSystems), type) !=
         std::end(kKernelFileSystems);
}

std::string WithoutTrailingSlashes(const std::string& path) {
  const size_t last = path.find_last_not_of('/');
  return last == std::string::npos ? "/" : path.substr(0, last + 1);
}

class Scanner {
 public:
  Scanner(const ScanOptions& options, ScanResult* result)
      : options_(options), result_(result), buffer_(kBufferSize) {}

  Status Scan(const std::vector<std::string>& roots);

 private:
  Status ScanRoot(const std::string& root);
  Status Enter(unique_fd fd, std::optional<dev_t> parent_device);
  Status EnterNext();
  Status ReadEntries(Level* level);
  void TakeEntry(const DirectoryEntry& entry, Level* level);
  bool IsDirectory(const DirectoryEntry& entry, const Level& level);
  void AddGitEntry();
  void LimitOpenLevels();
  Status Unreadable(Stage stage, int error);

  const ScanOptions options_;
  ScanResult* const result_;
  std::vector<char> buffer_;
  std::unordered_set<std::string> roots_to_scan_;
  std::vector<Level> levels_;
  // Of the directory that is entered; while levels_ is unwound, of the last level.
  std::string path_;
};

Status Scanner::Scan(const std::vector<std::string>& roots) {
  std::vector<std::string> sorted;
  for (const std::string& root : roots) sorted.push_back(WithoutTrailingSlashes(root));
  // An outer root comes before those inside it, which it strikes off when it passes them.
  std::sort(sorted.begin(), sorted.end());
  roots_to_scan_.insert(sorted.begin(), sorted.end());
  for (const std::string& root : sorted) {
    if (roots_to_scan_.contains(root)) RINGFENCE_RETURN_IF_ERROR(ScanRoot(root));
    if (!result_->complete) break;
  }
  return Status::Ok();
}

Status Scanner::ScanRoot(const std::string& root) {
  levels_.clear();
  path_ = root;
  unique_fd fd;
  const int error = OpenDirectoryNoSymlinks(AT_FDCWD, root, O_RDONLY, &fd);
  if (error != 0) return Unreadable(Stage::kScanOpen, error);
  RINGFENCE_RETURN_IF_ERROR(Enter(std::move(fd), std::nullopt));
  while (!levels_.empty() && result_->complete) {
    if (levels_.back().pending.empty()) {
      levels_.pop_back();
    } else {
      RINGFENCE_RETURN_IF_ERROR(EnterNext());
    }
  }
  return Status::Ok();
}

// Opens the last pending name of the deepest level.
Status Scanner::EnterNext() {
  Level& parent = levels_.back();
  path_.resize(parent.path_length);
  if (!parent.fd.valid()) {
    const int error = OpenDirectoryNoSymlinks(AT_FDCWD, path_, O_RDONLY, &parent.fd);
    if (error != 0) {
      parent.pending.clear();
      return Unreadable(Stage::kScanOpen, error);
    }
  }
  // The names end with a NUL each, so the last one starts behind the NUL before.
  std::string& pending = parent.pending;
  const size_t before = pending.rfind('\0', pending.size() - 2);
  const size_t start = before == std::string::npos ? 0 : before + 1;
  const std::string name = pending.substr(start, pending.size() - 1 - start);
  pending.resize(start);

  if (path_.back() != '/') path_ += '/';
  path_ += name;
  unique_fd fd(
      openat(parent.fd.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) return Unreadable(Stage::kScanOpen, errno);
  return Enter(std::move(fd), parent.device);
}

// Reads the directory at path_ and makes it the deepest level.
Status Scanner::Enter(unique_fd fd, std::optional<dev_t> parent_device) {
  struct stat information = {};
  if (fstat(fd.get(), &information) != 0) return Unreadable(Stage::kScanOpen, errno);
  if (parent_device != information.st_dev && IsKernelFileSystem(fd.get())) return Status::Ok();
  if (result_->directories == options_.max_directories) {
    result_->complete = false;
    return Status::Ok();
  }
  ++result_->directories;
  roots_to_scan_.erase(path_);

  Level level;
  level.fd = std::move(fd);
  level.device = information.st_dev;
  level.path_length = path_.size();
  RINGFENCE_RETURN_IF_ERROR(ReadEntries(&level));
  if (level.pending.empty()) return Status::Ok();
  levels_.push_back(std::move(level));
  LimitOpenLevels();
  return Status::Ok();
}

Status Scanner::ReadEntries(Level* level) {
  for (;;) {
    const long count = syscall(SYS_getdents64, level->fd.get(), buffer_.data(), buffer_.size());
    if (count < 0) return Unreadable(Stage::kScanRead, errno);
    if (count == 0) return Status::Ok();
    for (long at = 0; at < count;) {
      const auto& entry = *reinterpret_cast<const DirectoryEntry*>(buffer_.data() + at);
      TakeEntry(entry, level);
      at += entry.length;
    }
  }
}

void Scanner::TakeEntry(const DirectoryEntry& entry, Level* level) {
  const char* const name_start =
      reinterpret_cast<const char*>(&entry) + offsetof(DirectoryEntry, name);
  const std::string_view name(name_start);
  if (name == "." || name == "..") return;
  if (name == kGitName) {
    AddGitEntry();
  } else if (IsDirectory(entry, *level)) {
    level->pending.append(name).push_back('\0');
  }
}

bool Scanner::IsDirectory(const DirectoryEntry& entry, const Level& level) {
  if (entry.type != DT_UNKNOWN) return entry.type == DT_DIR;
  struct stat information = {};
  const char* const name = reinterpret_cast<const char*>(&entry) + offsetof(DirectoryEntry, name);
  // An entry that cannot be looked at is tried as a directory, and so reported when it fails.
  return fstatat(level.fd.get(), name, &information, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0 ||
         S_ISDIR(information.st_mode);
}

void Scanner::AddGitEntry() {
  std::string path = path_;
  if (path.back() != '/') path += '/';
  path += kGitName;
  if (IsValidUtf8(path)) {
    result_->git_entries.push_back(std::move(path));
  } else {
    ++result_->unrepresentable;
  }
}

// Everything above the last kMaxOpen levels is closed; there are no gaps, so one at a time will do.
void Scanner::LimitOpenLevels() {
  if (levels_.size() > kMaxOpen) levels_[levels_.size() - 1 - kMaxOpen].fd.reset();
}

Status Scanner::Unreadable(Stage stage, int error) {
  if (IsOutOfResources(error)) return Status(stage, error, path_);
  if (!IsVanished(error)) result_->unreadable.push_back({path_, {stage, error}});
  return Status::Ok();
}

}  // namespace

Status ScanRepositories(const std::vector<std::string>& roots, const ScanOptions& options,
                        ScanResult* result) {
  *result = {};
  return Scanner(options, result).Scan(roots);
}

}  // namespace ringfence
