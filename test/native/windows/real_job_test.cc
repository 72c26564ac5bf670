// What the job of a command does to all of its processes.
#include <windows.h>

#include <cstdint>
#include <string>

#include "check.h"
#include "windows/real_launch.h"
#include "windows/wine.h"

namespace ringfence::win {
namespace {

constexpr DWORD kLongestEndMs = 10'000;

// A process that the command has started, found by the number that the command prints.
class Grandchild {
 public:
  explicit Grandchild(RealLaunch* launch) {
    CHECK(launch->WaitForOutput("\n"));
    const auto pid = static_cast<DWORD>(std::stoul(launch->output()));
    process_ = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    CHECK(process_ != nullptr);
  }
  ~Grandchild() { CloseHandle(process_); }
  Grandchild(const Grandchild&) = delete;
  Grandchild& operator=(const Grandchild&) = delete;

  bool lives() const { return WaitForSingleObject(process_, 0) == WAIT_TIMEOUT; }
  bool Ends() const { return WaitForSingleObject(process_, kLongestEndMs) == WAIT_OBJECT_0; }

 private:
  HANDLE process_ = nullptr;
};

}  // namespace

TEST(KillingACommandEndsAllOfItsProcesses) {
  RealLaunch launch({u"tree"});
  launch.CaptureOutput();
  CHECK(launch.Start().ok());
  const Grandchild grandchild(&launch);
  CHECK(grandchild.lives());
  Usage usage;
  CHECK(launch.launched.ReadUsage(&usage).ok());
  // The host of its console may be one more.
  CHECK(usage.active_processes >= 2);
  CHECK(launch.launched.Kill(9).ok());
  CHECK(launch.Finish());
  CHECK_EQ(launch.ExitCode(), 9U);
  CHECK(grandchild.Ends());
}

TEST(ClosingTheJobEndsAllOfItsProcesses) {
  RealLaunch launch({u"tree"});
  launch.CaptureOutput();
  CHECK(launch.Start().ok());
  const Grandchild grandchild(&launch);
  CHECK(grandchild.lives());
  launch.launched = Launched();
  CHECK(grandchild.Ends());
}

TEST(AProcessThatIsLeftBehindIsOfTheCommand) {
  RealLaunch launch({u"tree", u"leave"});
  launch.CaptureOutput();
  CHECK(launch.Start().ok());
  const Grandchild grandchild(&launch);
  CHECK(launch.WaitForExit());
  CHECK(launch.launched.Look().ok());
  CHECK(!launch.launched.empty());
  CHECK(grandchild.lives());
  CHECK(launch.launched.Kill(1).ok());
  CHECK(launch.Finish());
  CHECK_EQ(launch.ExitCode(), 0U);
  CHECK(grandchild.Ends());
}

TEST(ACommandHasNoMoreProcessesThanItsLimit) {
  RealLaunch unlimited({u"many", u"3"});
  CHECK(unlimited.Start().ok());
  CHECK(unlimited.WaitForExit());
  CHECK_EQ(unlimited.ExitCode(), 3U);
  CHECK(unlimited.launched.Kill(0).ok());
  CHECK(unlimited.Finish());

  if (test::UnderWine()) return SKIP("Wine does not limit the processes of a job");
  RealLaunch limited({u"many", u"3"});
  limited.plan.limits.processes = 3;
  CHECK(limited.Start().ok());
  CHECK(limited.WaitForExit());
  CHECK(limited.ExitCode() < 3);
  CHECK(limited.launched.Kill(0).ok());
  CHECK(limited.Finish());
  CHECK(limited.launched.limit() == JobLimit::kProcesses);
}

TEST(ACommandHasNoMoreMemoryThanItsLimit) {
  const std::u16string bytes = u"268435456";
  RealLaunch unlimited({u"commit", bytes});
  CHECK(unlimited.Start().ok());
  CHECK(unlimited.Finish());
  CHECK_EQ(unlimited.ExitCode(), 0U);

  if (test::UnderWine()) return SKIP("Wine does not limit the memory of a job");
  RealLaunch limited({u"commit", bytes});
  limited.plan.limits.memory_bytes = 64 << 20;
  CHECK(limited.Start().ok());
  CHECK(limited.Finish());
  CHECK_EQ(limited.ExitCode(), static_cast<uint32_t>(ERROR_COMMITMENT_LIMIT));
  CHECK(limited.launched.limit() == JobLimit::kMemory);
}

}  // namespace ringfence::win
