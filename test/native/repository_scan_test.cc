#include "linux/repository_scan.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>

#include "check.h"
#include "child_process.h"
#include "posix/unique_fd.h"
#include "temp_directory.h"

namespace ringfence {
namespace {

using test::ChildProcess;
using test::MakeDirectory;
using test::MakeFile;
using test::TempDirectory;
using test::Turns;

ScanResult Scan(const std::vector<std::string>& roots, const ScanOptions& options = {}) {
  ScanResult result;
  CHECK(ScanRepositories(roots, options, &result).ok());
  std::sort(result.git_entries.begin(), result.git_entries.end());
  return result;
}

std::string Join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(ScanFindsDirectoriesFilesAndLinksNamedGit) {
  const TempDirectory root;
  for (const char* const name : {"a", "a/b", "node_modules", "node_modules/dep", "c", "d"}) {
    MakeDirectory(root / name);
  }
  MakeDirectory(root / ".git");
  MakeDirectory(root / ".git/modules");
  MakeDirectory(root / ".git/modules/.git");  // git's own, not entered
  MakeFile(root / "a/b/.git");
  MakeDirectory(root / "node_modules/dep/.git");
  CHECK(symlink("/nowhere", (root / "c/.git").c_str()) == 0);
  MakeDirectory(root / "d/.gitignore");
  MakeFile(root / "d/git");

  const ScanResult result = Scan({root.path()});
  CHECK_EQ(Join(result.git_entries), Join({root / ".git", root / "a/b/.git", root / "c/.git",
                                           root / "node_modules/dep/.git"}));
  CHECK_EQ(result.directories, 8U);
  CHECK(result.complete);
  CHECK(result.unreadable.empty());
  CHECK_EQ(result.unrepresentable, 0U);
}

TEST(ScanDoesNotFollowSymbolicLinks) {
  const TempDirectory root;
  const TempDirectory elsewhere;
  MakeDirectory(elsewhere / ".git");
  CHECK(symlink(elsewhere.path().c_str(), (root / "link").c_str()) == 0);
  CHECK(symlink(".", (root / "loop").c_str()) == 0);
  CHECK(Scan({root.path()}).git_entries.empty());
  CHECK_EQ(Scan({elsewhere.path()}).git_entries.size(), 1U);

  const ScanResult linked = Scan({root / "link"});
  CHECK_EQ(linked.unreadable.size(), 1U);
  CHECK(!linked.unreadable.empty() && linked.unreadable[0].failure.error() == ELOOP);
}

TEST(ScanVisitsNestedRootsOnceAndReachesThoseThatAnOuterOneDoesNot) {
  const TempDirectory root;
  MakeDirectory(root / "a");
  MakeDirectory(root / "a/.git");
  MakeDirectory(root / "a/.git/x");
  MakeDirectory(root / "a/.git/x/.git");
  MakeDirectory(root / "a-b");
  const ScanResult result =
      Scan({root / "a", root.path() + "/", root / "a//", root / "a-b", root / "a/.git/x"});
  CHECK_EQ(Join(result.git_entries), Join({root / "a/.git", root / "a/.git/x/.git"}));
  CHECK_EQ(result.directories, 4U);
}

TEST(ScanIgnoresRootsThatAreMissingOrFiles) {
  const TempDirectory root;
  MakeFile(root / "file");
  const ScanResult result = Scan({root / "missing", root / "file"});
  CHECK_EQ(result.directories, 0U);
  CHECK(result.complete && result.unreadable.empty());
}

TEST(ScanStopsAtItsLimitAndSaysSo) {
  const TempDirectory root;
  for (int i = 0; i < 10; ++i) MakeDirectory(root / std::to_string(i));
  CHECK(Scan({root.path()}, {.max_directories = 11}).complete);
  const ScanResult result = Scan({root.path()}, {.max_directories = 10});
  CHECK(!result.complete);
  CHECK_EQ(result.directories, 10U);
}

TEST(ScanCountsPathsThatAreNotUtf8) {
  const TempDirectory root;
  MakeDirectory(root / "\xff");
  MakeDirectory(root / "\xff/.git");
  MakeDirectory(root / "\xc3\xa4");
  MakeDirectory(root / "\xc3\xa4/.git");
  const ScanResult result = Scan({root.path()});
  CHECK_EQ(Join(result.git_entries), Join({root / "\xc3\xa4/.git"}));
  CHECK_EQ(result.unrepresentable, 1U);
}

TEST(ScanListsDirectoriesThatCannotBeReadAndGoesOn) {
  const TempDirectory root;
  CHECK(chmod(root.path().c_str(), 0755) == 0);
  MakeDirectory(root / "closed", 0700);
  MakeDirectory(root / "closed/.git");
  MakeDirectory(root / "open");
  MakeDirectory(root / "open/.git");
  if (geteuid() != 0) CHECK(chmod((root / "closed").c_str(), 0) == 0);
  ChildProcess child([&root](Turns) {
    if (geteuid() == 0 && setresuid(test::kOtherUser, test::kOtherUser, test::kOtherUser) != 0) {
      return 1;
    }
    const ScanResult result = Scan({root.path()});
    const bool listed = result.unreadable.size() == 1 &&
                        result.unreadable[0].failure.error() == EACCES &&
                        result.unreadable[0].path == root / "closed";
    return listed && result.complete && Join(result.git_entries) == (root / "open/.git\n") ? 0 : 2;
  });
  CHECK_EQ(child.Join(), 0);
  CHECK(chmod((root / "closed").c_str(), 0700) == 0);
  CHECK_EQ(Scan({root.path()}).git_entries.size(), 2U);
}

// Twenty times PATH_MAX, many more levels than may be open, and side branches on the way back.
TEST(ScanReachesAnyDepthWithFewDescriptors) {
  constexpr int kDepth = 1000;
  const std::string name(80, 'd');
  const TempDirectory root;
  std::string expected = root.path();
  unique_fd fd(open(root.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < kDepth; ++i) {
    CHECK(mkdirat(fd.get(), name.c_str(), 0755) == 0);
    CHECK(mkdirat(fd.get(), "e", 0755) == 0);
    fd.reset(openat(fd.get(), name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    expected += "/" + name;
  }
  CHECK(mkdirat(fd.get(), ".git", 0755) == 0);
  fd.reset();

  ChildProcess child([&](Turns) {
    const rlimit limit = {200, 200};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
    const ScanResult result = Scan({root.path()});
    if (result.directories != 1 + 2 * kDepth || !result.unreadable.empty()) return 2;
    return Join(result.git_entries) == expected + "/.git\n" ? 0 : 3;
  });
  CHECK_EQ(child.Join(), 0);
}

TEST(ScanFailsWhenDescriptorsRunOut) {
  const TempDirectory root;
  MakeDirectory(root / "a");
  ChildProcess child([&root](Turns) {
    // Enough for the root, and no more.
    const int lowest = fcntl(0, F_DUPFD_CLOEXEC, 0);
    close(lowest);
    const rlimit limit = {static_cast<rlim_t>(lowest) + 1, 200};
    if (lowest < 0 || setrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
    ScanResult result;
    const Status status = ScanRepositories({root.path()}, {}, &result);
    return status.stage() == Stage::kScanOpen && status.error() == EMFILE ? 0 : 2;
  });
  CHECK_EQ(child.Join(), 0);
}

TEST(ScanCrossesMountsButStaysOffKernelFileSystems) {
  CHECK_EQ(Scan({"/proc"}).directories, 0U);
  CHECK_EQ(Scan({"/sys"}).directories, 0U);
  const TempDirectory root;
  const TempDirectory disk("/dev/shm");
  MakeDirectory(disk / ".git");
  MakeDirectory(root / "disk");
  MakeDirectory(root / "proc");
  ChildProcess child([&](Turns) {
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return 77;
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount(disk.path().c_str(), (root / "disk").c_str(), nullptr, MS_BIND, nullptr) != 0 ||
        mount("/proc", (root / "proc").c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
      return 77;
    }
    const ScanResult result = Scan({root.path()});
    return Join(result.git_entries) == (root / "disk/.git\n") && result.directories == 2 ? 0 : 2;
  });
  const int code = child.Join();
  if (code == 77) {
    std::printf("SKIPPED scan across mounts: no namespaces to be had here\n");
  } else {
    CHECK_EQ(code, 0);
  }
}

// 100,000 directories; the time is for the log, a slow machine is no failure.
TEST(ScanPrintsItsSpeed) {
  const bool memory = access("/dev/shm", W_OK) == 0;
  const TempDirectory root(memory ? "/dev/shm" : "/tmp");
  for (int i = 0; i < 100; ++i) {
    const std::string outer = root / std::to_string(i);
    MakeDirectory(outer);
    const unique_fd fd(open(outer.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (int k = 0; k < 1000; ++k) CHECK(mkdirat(fd.get(), std::to_string(k).c_str(), 0755) == 0);
  }
  MakeDirectory(root / "99/999/.git");
  const auto start = std::chrono::steady_clock::now();
  const ScanResult result = Scan({root.path()});
  const double ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  CHECK_EQ(result.directories, 100'101U);
  CHECK_EQ(result.git_entries.size(), 1U);
  std::printf("scan: %zu directories in %.0f ms on %s\n", result.directories, ms,
              memory ? "tmpfs" : "disk");
}

}  // namespace
}  // namespace ringfence
