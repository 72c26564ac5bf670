#include "linux/stub_state.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "posix/directory_names.h"

namespace ringfence {
namespace {

constexpr char kLockName[] = "lock";
constexpr char kJournalPrefix[] = "lease-";
constexpr long kLockRetryNs = 1'000'000;
constexpr int kLockRetries = 2'000;

int OpenOwnDirectory(int base, const std::string& name, StubState::IfMissing if_missing,
                     unique_fd* out) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  unique_fd fd(openat(base, name.c_str(), kFlags));
  if (!fd.valid() && errno == ENOENT && if_missing == StubState::IfMissing::kCreate) {
    if (mkdirat(base, name.c_str(), 0700) != 0 && errno != EEXIST) return errno;
    fd.reset(openat(base, name.c_str(), kFlags));
  }
  struct stat facts = {};
  if (!fd.valid() || fstat(fd.get(), &facts) != 0) return errno;
  if (facts.st_uid != geteuid() || (facts.st_mode & 077) != 0) return EPERM;
  *out = std::move(fd);
  return 0;
}

int ReadAll(int fd, std::string* text) {
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count == 0) return 0;
    if (count > 0) text->append(buffer.data(), static_cast<size_t>(count));
    if (count < 0 && errno != EINTR) return errno;
  }
}

}  // namespace

Status StubState::Open(const std::string& state_dir, IfMissing if_missing, StubState* out) {
  unique_fd state;
  int error = OpenOwnDirectory(AT_FDCWD, state_dir, if_missing, &state);
  if (error != 0) return Status(Stage::kStubState, error, state_dir);
  out->path_ = state_dir + "/stubs";
  error = OpenOwnDirectory(state.get(), "stubs", if_missing, &out->directory_);
  return error == 0 ? Status::Ok() : Status(Stage::kStubState, error, out->path_);
}

bool StubState::IsRemoved() const {
  struct stat facts = {};
  return fstat(directory_.get(), &facts) == 0 && facts.st_nlink == 0;
}

Status StubState::Renew() {
  return Open(path_.substr(0, path_.rfind('/')), IfMissing::kCreate, this);
}

Status StubState::Lock(unique_fd* lock) const {
  const std::string path = path_ + "/" + kLockName;
  unique_fd fd(
      openat(directory_.get(), kLockName, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return Status(Stage::kStubLock, errno, path);
  // Not a waiting flock(): a stopped process that holds the lock must not stop us for ever.
  for (int retry = 0; flock(fd.get(), LOCK_EX | LOCK_NB) != 0; ++retry) {
    if ((errno != EWOULDBLOCK && errno != EINTR) || retry == kLockRetries) {
      return Status(Stage::kStubLock, errno, path);
    }
    const timespec pause = {0, kLockRetryNs};
    nanosleep(&pause, nullptr);
  }
  *lock = std::move(fd);
  return Status::Ok();
}

Status StubState::CreateJournal(std::string* name, unique_fd* journal) const {
  // Process ids are not enough: processes in different pid namespaces share the directory.
  uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random) {
    return Status(Stage::kStubJournal, errno, path_);
  }
  char text[64];
  const int length = snprintf(text, sizeof text, "%s%ld-%016llx", kJournalPrefix,
                              static_cast<long>(getpid()), static_cast<unsigned long long>(random));
  name->assign(text, static_cast<size_t>(length));
  const std::string path = path_ + "/" + *name;
  unique_fd fd(openat(directory_.get(), text,
                      O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return Status(Stage::kStubJournal, errno, path);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return Status(Stage::kStubLock, errno, path);
  *journal = std::move(fd);
  return Status::Ok();
}

Status StubState::RemoveJournal(const std::string& name) const {
  if (unlinkat(directory_.get(), name.c_str(), 0) == 0 || errno == ENOENT) return Status::Ok();
  return Status(Stage::kStubJournal, errno, path_ + "/" + name);
}

Status StubState::ReadOthers(const std::string& own, StubJournals* journals) const {
  // A descriptor of its own, because reading moves the position.
  unique_fd directory(openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return Status(Stage::kStubState, errno, path_);
  std::vector<std::string> names;
  if (const int error = ReadDirectoryNames(std::move(directory), &names); error != 0) {
    return Status(Stage::kStubState, error, path_);
  }
  for (const std::string& name : names) {
    if (!name.starts_with(kJournalPrefix) || name == own) continue;
    RINGFENCE_RETURN_IF_ERROR(ReadJournal(name, journals));
  }
  return Status::Ok();
}

Status StubState::ReadJournal(const std::string& name, StubJournals* journals) const {
  const std::string path = path_ + "/" + name;
  unique_fd fd(openat(directory_.get(), name.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) {
    // Cleaned up by hand, say.
    return errno == ENOENT ? Status::Ok() : Status(Stage::kStubJournal, errno, path);
  }
  const bool dead = flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
  if (!dead && errno != EWOULDBLOCK) return Status(Stage::kStubLock, errno, path);
  std::string text;
  if (const int error = ReadAll(fd.get(), &text); error != 0) {
    return Status(Stage::kStubJournal, error, path);
  }
  std::vector<StubJournal>& kind = dead ? journals->dead : journals->live;
  kind.push_back({name, ParseStubJournal(text), dead ? std::move(fd) : unique_fd()});
  return Status::Ok();
}

Status AppendToJournal(int journal, const std::string& text) {
  const ssize_t written = write(journal, text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return Status::Ok();
  // A short write is a full disk's; the next one would say so.
  return Status(Stage::kStubJournal, written < 0 ? errno : ENOSPC);
}

}  // namespace ringfence
