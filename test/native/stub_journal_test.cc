#include "linux/stub_journal.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>

#include "check.h"
#include "child_process.h"
#include "temp_directory.h"

namespace ringfence {
namespace {

using test::ChildProcess;
using test::Exists;
using test::MakeDirectory;
using test::MakeFile;
using test::TempDirectory;
using test::Turns;

// A workspace, and a state directory beside it.
struct Fixture {
  Fixture() {
    MakeDirectory(workspace, 0755);
    MakeDirectory(state, 0700);
  }
  std::string operator/(const std::string& name) const { return workspace + "/" + name; }
  size_t Journals() const { return test::CountEntries(state + "/stubs") - 1; }  // without the lock

  StubLease Acquire(const std::vector<std::string>& paths) const {
    StubLease lease;
    CHECK(StubLease::Acquire(state, paths, &lease).ok());
    return lease;
  }
  size_t Sweep() const {
    size_t removed = 0;
    CHECK(SweepStubs(state, &removed).ok());
    return removed;
  }

  TempDirectory base;
  std::string workspace = base / "workspace";
  std::string state = base / "state";
};

TEST(StubsHoldMissingPathsAndGoOnRelease) {
  const Fixture f;
  MakeDirectory(f / ".vscode");
  MakeFile(f / ".mcp.json");
  const std::vector<std::string> paths = {f / ".git", f / ".vscode", f / ".mcp.json", f / ".codex",
                                          f / ".git"};
  StubLease lease = f.Acquire(paths);
  CHECK(lease.held() == (std::vector<std::string>{f / ".git", f / ".codex"}));
  CHECK(Exists(f / ".git") && Exists(f / ".codex"));
  CHECK_EQ(test::CountEntries(f / ".git"), 0U);
  CHECK_EQ(f.Journals(), 1U);

  CHECK(lease.Release().ok());
  CHECK(lease.held().empty());
  CHECK(!Exists(f / ".git") && !Exists(f / ".codex"));
  CHECK(Exists(f / ".vscode") && Exists(f / ".mcp.json"));
  CHECK_EQ(f.Journals(), 0U);
  CHECK(lease.Release().ok());
}

TEST(StubsAreReleasedByTheDestructorAndByAssignment) {
  const Fixture f;
  {
    const StubLease lease = f.Acquire({f / "a"});
    CHECK(Exists(f / "a"));
  }
  CHECK(!Exists(f / "a"));
  StubLease lease = f.Acquire({f / "a"});
  lease = f.Acquire({f / "b"});
  CHECK(!Exists(f / "a") && Exists(f / "b"));
  const StubLease moved = std::move(lease);
  CHECK(Exists(f / "b"));
}

TEST(StubsThatNobodyNeedsMakeNoJournal) {
  const Fixture f;
  MakeDirectory(f / "real");
  const size_t before = test::CountOpenDescriptors();
  const StubLease lease = f.Acquire({f / "real"});
  CHECK(lease.held().empty());
  CHECK_EQ(f.Journals(), 0U);
  CHECK_EQ(test::CountOpenDescriptors(), before);
}

TEST(StubsOfTwoLeasesInOneProcessGoWithTheLast) {
  const Fixture f;
  StubLease first = f.Acquire({f / ".git", f / "only"});
  StubLease second = f.Acquire({f / ".git"});
  CHECK(second.held() == std::vector<std::string>{f / ".git"});
  CHECK(first.Release().ok());
  CHECK(Exists(f / ".git") && !Exists(f / "only"));
  CHECK(second.Release().ok());
  CHECK(!Exists(f / ".git"));
}

TEST(StubsOfTwoProcessesGoWithTheLast) {
  const Fixture f;
  StubLease lease = f.Acquire({f / ".git"});
  ChildProcess child([&f](Turns parent) {
    const size_t joined = [&] {
      StubLease own;
      if (!StubLease::Acquire(f.state, {f / ".git"}, &own).ok()) return size_t{0};
      parent.Signal();
      parent.Wait();  // the parent has released
      return Exists(f / ".git") ? own.held().size() : size_t{0};
    }();
    return joined == 1 && !Exists(f / ".git") ? 0 : 1;
  });
  child.turns().Wait();
  CHECK(lease.Release().ok());
  CHECK(Exists(f / ".git"));
  child.turns().Signal();
  CHECK_EQ(child.Join(), 0);
  CHECK(!Exists(f / ".git"));
}

// Kills a process that holds .git, then heals in two ways.
void KillHolderOf(const Fixture& f) {
  ChildProcess child([&f](Turns parent) {
    StubLease lease = f.Acquire({f / ".git"});
    parent.Signal();
    parent.Wait();
    return 0;
  });
  child.turns().Wait();
  CHECK(Exists(f / ".git"));
  CHECK_EQ(f.Sweep(), 0U);  // it lives
  CHECK(Exists(f / ".git"));
  child.Kill();
  CHECK_EQ(child.Join(), 1000 + SIGKILL);
  CHECK(Exists(f / ".git"));
}

TEST(StubsOfAKilledProcessAreSwept) {
  const Fixture f;
  KillHolderOf(f);
  CHECK_EQ(f.Sweep(), 1U);
  CHECK(!Exists(f / ".git"));
  CHECK_EQ(f.Journals(), 0U);
}

TEST(StubsOfAKilledProcessAreHealedByTheNextLease) {
  const Fixture f;
  KillHolderOf(f);
  const StubLease other = f.Acquire({f / "other"});
  CHECK(!Exists(f / ".git"));
  CHECK_EQ(f.Journals(), 1U);
}

TEST(StubsOfAKilledProcessStayWhileAnotherLeaseHoldsThem) {
  const Fixture f;
  auto lease = std::make_unique<StubLease>();
  ChildProcess child([&f](Turns parent) {
    StubLease own = f.Acquire({f / ".git"});
    parent.Signal();
    parent.Wait();
    return 0;
  });
  child.turns().Wait();
  *lease = f.Acquire({f / ".git"});
  CHECK_EQ(lease->held().size(), 1U);
  child.Kill();
  child.Join();
  CHECK_EQ(f.Sweep(), 0U);
  CHECK(Exists(f / ".git"));
  lease.reset();
  CHECK(!Exists(f / ".git"));
}

TEST(StubsThatAUserFilledAreTheUsers) {
  const Fixture f;
  StubLease lease = f.Acquire({f / ".git"});
  MakeFile(f / ".git/HEAD");
  const StubLease late = f.Acquire({f / ".git"});
  CHECK(late.held().empty());
  CHECK(lease.Release().ok());
  CHECK(Exists(f / ".git/HEAD"));
  CHECK_EQ(f.Journals(), 0U);
}

TEST(StubsThatAUserReplacedAreTheUsers) {
  const Fixture f;
  StubLease lease = f.Acquire({f / "directory", f / "file", f / "link", f / "gone"});
  // The new directory often gets the inode number of the stub; the time of birth, which tells them
  // apart, moves on with the kernel's clock tick.
  usleep(20'000);
  for (const char* const name : {"directory", "file", "link", "gone"}) {
    CHECK(rmdir((f / name).c_str()) == 0);
  }
  MakeDirectory(f / "directory");
  MakeFile(f / "file");
  CHECK(symlink("directory", (f / "link").c_str()) == 0);
  const StubLease late = f.Acquire({f / "directory", f / "file", f / "link"});
  CHECK(late.held().empty());
  CHECK(lease.Release().ok());
  CHECK(Exists(f / "directory") && Exists(f / "file") && Exists(f / "link"));
  CHECK(!Exists(f / "gone"));
}

TEST(StubsInADirectoryThatMovedAwayAreLeft) {
  const Fixture f;
  MakeDirectory(f / "sub");
  StubLease lease = f.Acquire({f / "sub/.git"});
  CHECK(rename((f / "sub").c_str(), (f / "sub2").c_str()) == 0);
  CHECK(symlink("sub2", (f / "sub").c_str()) == 0);
  CHECK(lease.Release().ok());
  CHECK(Exists(f / "sub2/.git"));
}

void CheckRefused(const Fixture& f, const std::vector<std::string>& paths, Stage stage, int error) {
  StubLease lease;
  const Status status = StubLease::Acquire(f.state, paths, &lease);
  CHECK_EQ(StageName(static_cast<uint32_t>(status.stage())),
           std::string(StageName(static_cast<uint32_t>(stage))));
  CHECK_EQ(status.error(), error);
  CHECK_EQ(status.path(), paths.back());
  CHECK(lease.held().empty());
}

TEST(StubsAreRefusedUnderMissingOrLinkedParents) {
  const Fixture f;
  MakeDirectory(f / "real");
  MakeFile(f / "file");
  CHECK(symlink("real", (f / "link").c_str()) == 0);
  CheckRefused(f, {f / "fine", f / "link/.git"}, Stage::kStubParent, ELOOP);
  CheckRefused(f, {f / "fine", f / "file/.git"}, Stage::kStubParent, ENOTDIR);
  CheckRefused(f, {"relative"}, Stage::kStubMake, EINVAL);
  CheckRefused(f, {"/"}, Stage::kStubMake, EINVAL);
  CheckRefused(f, {f / ".."}, Stage::kStubMake, EINVAL);
  CheckRefused(f, {f / std::string(300, 'n')}, Stage::kStubParent, ENAMETOOLONG);
  CHECK(!Exists(f / "fine") && test::CountEntries(f / "real") == 0);
  CHECK_EQ(f.Acquire({f / "real/.git"}).held().size(), 1U);
}

TEST(StubsInAReadOnlyParentAreAnErrorAndUndoTheOthers) {
  const Fixture f;
  for (const std::string& path : {f.base.path(), f.workspace, f.state}) {
    if (geteuid() == 0) CHECK(chown(path.c_str(), test::kOtherUser, test::kOtherUser) == 0);
  }
  ChildProcess child([&f](Turns) {
    if (geteuid() == 0 && setresuid(test::kOtherUser, test::kOtherUser, test::kOtherUser) != 0) {
      return 1;
    }
    MakeDirectory(f / "closed", 0555);
    StubLease lease;
    const Status status = StubLease::Acquire(f.state, {f / "fine", f / "closed/.git"}, &lease);
    if (status.stage() != Stage::kStubMake || status.error() != EACCES) return 2;
    if (status.path() != f / "closed/.git") return 3;
    if (Exists(f / "fine") || f.Journals() != 0) return 4;
    CHECK(chmod((f / "closed").c_str(), 0755) == 0);
    return f.Acquire({f / "closed/.git"}).held().size() == 1 ? 0 : 5;
  });
  CHECK_EQ(child.Join(), 0);
}

TEST(StubsGoOnReleaseThoughTheStateDirectoryIsGone) {
  const Fixture f;
  StubLease lease = f.Acquire({f / ".git"});
  CHECK(Exists(f / ".git"));
  ToolResult result;
  CHECK(RunTool("/bin/rm", {"-r", f.state}, 10'000, &result).ok());
  CHECK(lease.Release().ok());
  CHECK(!Exists(f / ".git"));
  CHECK_EQ(f.Journals(), 0U);
}

TEST(StubsNeedAPrivateRealStateDirectory) {
  const Fixture f;
  const auto refused = [&f](const std::string& state) {
    StubLease lease;
    const Status status = StubLease::Acquire(state, {f / ".git"}, &lease);
    CHECK_EQ(Exists(f / ".git"), status.ok());
    return status.stage() == Stage::kStubState ? status.error() : 0;
  };
  CHECK(symlink("state", (f.base / "link").c_str()) == 0);
  CHECK_EQ(refused(f.base / "link"), ENOTDIR);
  CHECK_EQ(refused(f.base / "missing/state"), ENOENT);
  for (const mode_t mode : {0770U, 0702U, 0710U, 0755U}) {
    CHECK(chmod(f.state.c_str(), mode) == 0);
    CHECK_EQ(refused(f.state), EPERM);
  }
  CHECK(chmod(f.state.c_str(), 0700) == 0);
  CHECK_EQ(refused(f.state), 0);
  CHECK(chmod((f.state + "/stubs").c_str(), 0720) == 0);
  CHECK_EQ(refused(f.state), EPERM);
  CHECK_EQ(refused(f.base / "made"), 0);  // made when missing
  if (geteuid() == 0) {
    MakeDirectory(f.base / "foreign", 0700);
    CHECK(chown((f.base / "foreign").c_str(), test::kOtherUser, test::kOtherUser) == 0);
    CHECK_EQ(refused(f.base / "foreign"), EPERM);
  }
}

TEST(SweepWithoutStateDoesNothing) {
  const Fixture f;
  size_t removed = 9;
  CHECK(SweepStubs(f.base / "missing", &removed).ok());
  CHECK_EQ(removed, 0U);
  CHECK(!Exists(f.base / "missing"));
  CHECK_EQ(f.Sweep(), 0U);
}

TEST(SweepHealsACrashBetweenIntentAndOutcome) {
  const Fixture f;
  CHECK_EQ(f.Acquire({f / "warm"}).held().size(), 1U);  // makes the directory of journals
  std::string text;
  for (const char* const name : {"made", "never-made", "filled"}) {
    AppendStubRecord({StubRecord::Kind::kIntended, {}, f / name}, &text);
  }
  const int fd =
      open((f.state + "/stubs/lease-1-crashed").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  CHECK(write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  close(fd);
  MakeDirectory(f / "made");
  MakeDirectory(f / "filled");
  MakeFile(f / "filled/file");
  CHECK_EQ(f.Sweep(), 1U);
  CHECK(!Exists(f / "made") && Exists(f / "filled/file"));
  CHECK_EQ(f.Journals(), 0U);
}

TEST(StubsWaitForTheLockOnlyForAWhile) {
  const Fixture f;
  CHECK_EQ(f.Acquire({f / "warm"}).held().size(), 1U);
  StubState state;
  CHECK(StubState::Open(f.state, StubState::IfMissing::kFail, &state).ok());
  unique_fd lock;
  CHECK(state.Lock(&lock).ok());
  StubLease lease;
  const Status status = StubLease::Acquire(f.state, {f / ".git"}, &lease);
  CHECK(status.stage() == Stage::kStubLock);
  CHECK_EQ(status.error(), EWOULDBLOCK);
  CHECK(!Exists(f / ".git"));
}

TEST(StubsSurviveManyProcessesAtOnce) {
  const Fixture f;
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (int i = 0; i < 8; ++i) {
    children.push_back(std::make_unique<ChildProcess>([&f](Turns) {
      for (int round = 0; round < 50; ++round) {
        StubLease lease;
        if (!StubLease::Acquire(f.state, {f / ".git", f / ".codex"}, &lease).ok()) return 1;
        if (lease.held().size() != 2 || !Exists(f / ".git")) return 2;
        if (!lease.Release().ok()) return 3;
      }
      return 0;
    }));
  }
  for (const auto& child : children) CHECK_EQ(child->Join(), 0);
  CHECK_EQ(test::CountEntries(f.workspace), 0U);
  CHECK_EQ(f.Journals(), 0U);
}

TEST(StubsOfAThousandLeasesLeaveNothing) {
  const Fixture f;
  std::vector<std::string> paths;
  for (int i = 0; i < 30; ++i) {
    const std::string parent = f / std::to_string(i / 10);
    if (i % 10 == 0) MakeDirectory(parent);
    paths.push_back(parent + "/.stub" + std::to_string(i));
  }
  const size_t before = test::CountOpenDescriptors();
  std::chrono::duration<double, std::micro> acquiring{};
  std::chrono::duration<double, std::micro> releasing{};
  for (int i = 0; i < 1000; ++i) {
    const auto start = std::chrono::steady_clock::now();
    StubLease lease = f.Acquire(paths);
    const auto middle = std::chrono::steady_clock::now();
    CHECK_EQ(lease.held().size(), paths.size());
    const auto again = std::chrono::steady_clock::now();
    CHECK(lease.Release().ok());
    acquiring += middle - start;
    releasing += std::chrono::steady_clock::now() - again;
  }
  CHECK_EQ(test::CountOpenDescriptors(), before);
  CHECK_EQ(f.Journals(), 0U);
  for (const char* const name : {"0", "1", "2"}) CHECK_EQ(test::CountEntries(f / name), 0U);
  std::printf("stubs: 30 acquired in %.0f us, released in %.0f us\n", acquiring.count() / 1000,
              releasing.count() / 1000);
}

}  // namespace
}  // namespace ringfence
