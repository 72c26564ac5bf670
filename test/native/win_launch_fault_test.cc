// Every call of a launch fails once, wherever it stands in the sequence: the failure has the stage
// of that call and its number, and nothing is left.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "check.h"
#include "core/stage.h"
#include "win_fake.h"
#include "win_launch_setting.h"

namespace ringfence::win {
namespace {

using CallName = std::pair<std::string, std::string>;

CallName NameOf(const FakeCall& call) { return {call.name, call.detail}; }

// Which stage a call belongs to. Read-backs of the two tokens differ by the token that is asked.
const std::map<CallName, Stage>& StageOfCall() {
  static const std::map<CallName, Stage> stages = {
      {{"OpenProcessToken", "own"}, Stage::kWinTokenOpen},
      {{"GetTokenInformation", "own token"}, Stage::kWinTokenQuery},
      {{"BCryptGenRandom", ""}, Stage::kWinRandom},
      {{"CreateRestrictedToken", ""}, Stage::kWinTokenRestrict},
      {{"GetTokenInformation", "restricted token"}, Stage::kWinTokenReadBack},
      {{"SetTokenInformation", ""}, Stage::kWinTokenDefaultDacl},
      {{"DuplicateTokenEx", ""}, Stage::kWinTokenDuplicate},
      {{"AccessCheck", ""}, Stage::kWinTokenCheck},
      {{"GetFileAttributesW", ""}, Stage::kWinProgramFind},
      {{"CreateFileW", "NUL"}, Stage::kWinNull},
      {{"DuplicateHandle", ""}, Stage::kWinStdio},
      {{"CreateNamedPipeW", ""}, Stage::kWinPipeMake},
      {{"CreateFileW", "pipe"}, Stage::kWinPipeConnect},
      {{"CreatePseudoConsole", ""}, Stage::kWinConsoleMake},
      {{"GetProcessWindowStation", ""}, Stage::kWinDesktopStation},
      {{"GetUserObjectInformationW", "flags"}, Stage::kWinDesktopQuery},
      {{"GetUserObjectInformationW", "station"}, Stage::kWinDesktopQuery},
      {{"GetThreadDesktop", ""}, Stage::kWinDesktopOwn},
      {{"GetUserObjectInformationW", "desktop"}, Stage::kWinDesktopQuery},
      {{"CreateDesktopW", ""}, Stage::kWinDesktopMake},
      {{"CreateJobObjectW", ""}, Stage::kWinJobMake},
      {{"SetInformationJobObject", "limits"}, Stage::kWinJobLimit},
      {{"SetInformationJobObject", "port"}, Stage::kWinJobPort},
      {{"InitializeProcThreadAttributeList", ""}, Stage::kWinAttributeList},
      {{"UpdateProcThreadAttribute", "job"}, Stage::kWinAttributes},
      {{"UpdateProcThreadAttribute", "handles"}, Stage::kWinAttributes},
      {{"UpdateProcThreadAttribute", "console"}, Stage::kWinAttributes},
      {{"CreateProcessAsUserW", ""}, Stage::kWinProcessCreate},
      {{"OpenProcessToken", "process"}, Stage::kWinProcessToken},
      {{"IsProcessInJob", ""}, Stage::kWinJobMember},
      {{"RegisterWaitForSingleObject", ""}, Stage::kWinProcessWatch},
      {{"ResumeThread", ""}, Stage::kWinProcessResume},
  };
  return stages;
}

struct Variant {
  const char* name;
  std::function<void(LaunchSetting*)> change;
};

const std::vector<Variant>& Variants() {
  static const std::vector<Variant> variants = {
      {"NUL", [](LaunchSetting*) {}},
      {"pipes", [](LaunchSetting* setting) { setting->GiveStdio(); }},
      {"terminal", [](LaunchSetting* setting) { setting->request.terminal = TerminalSize{}; }},
      {"service",
       [](LaunchSetting* setting) {
         setting->windows.interactive = false;
         setting->plan.limits = {1 << 30, 20, 10'000'000};
       }},
  };
  return variants;
}

constexpr OsError kFaults[] = {{ErrorKind::kWin32, 5}, {ErrorKind::kUnreported, 0}};

std::vector<FakeCall> CallsOf(const Variant& variant) {
  LaunchSetting setting;
  variant.change(&setting);
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  return setting.windows.calls().fallible();
}

std::string Describe(const Variant& variant, const FakeCall& call, size_t index) {
  return std::string(variant.name) + ": call " + std::to_string(index) + ", " + call.name + " " +
         call.detail;
}

void CheckFailure(const std::string& where, const FakeCall& call, OsError fault,
                  const Status& status) {
  const auto found = StageOfCall().find(NameOf(call));
  if (found == StageOfCall().end()) {
    return test::Fail(__FILE__, __LINE__, where + ": has no stage in the table of this test");
  }
  const std::string_view syscall = StageSyscall(static_cast<uint32_t>(found->second));
  const bool right = status.stage() == found->second && status.kind() == fault.kind &&
                     status.os_code() == fault.code && status.error() == 0;
  if (!right || syscall != call.name) {
    test::Fail(__FILE__, __LINE__,
               where + ": failed with " + StageName(static_cast<uint32_t>(status.stage())) +
                   " and code " + std::to_string(status.os_code()));
  }
}

// How many calls were made in all, with those of cleaning up.
size_t FailOnce(const Variant& variant, size_t index, OsError fault) {
  LaunchSetting setting;
  variant.change(&setting);
  setting.windows.calls().FailAt(index, fault);
  Launched launched;
  const Status status = setting.Launch(&launched);
  const std::vector<FakeCall>& calls = setting.windows.calls().fallible();
  const std::string where = Describe(variant, calls.at(index), index);
  CheckFailure(where, calls.at(index), fault, status);
  setting.CheckNothingRan(where);
  return calls.size();
}

// A call of cleaning up fails too.
void FailTwice(const Variant& variant, size_t first, size_t second) {
  LaunchSetting setting;
  variant.change(&setting);
  setting.windows.calls().FailAt(first, Win32Error(kErrorAccessDenied));
  setting.windows.calls().FailAt(second, Win32Error(kErrorAccessDenied));
  Launched launched;
  const Status status = setting.Launch(&launched);
  const FakeCall& call = setting.windows.calls().fallible().at(first);
  const std::string where = Describe(variant, call, first) + ", then " +
                            setting.windows.calls().fallible().at(second).name;
  CheckFailure(where, call, Win32Error(kErrorAccessDenied), status);
  setting.CheckNothingRan(where);
}

}  // namespace

TEST(EveryCallOfALaunchThatFailsEndsItWithItsStage) {
  std::set<CallName> failed;
  size_t faults = 0;
  for (const Variant& variant : Variants()) {
    const std::vector<FakeCall> calls = CallsOf(variant);
    for (size_t index = 0; index < calls.size(); ++index) {
      failed.insert(NameOf(calls[index]));
      for (const OsError fault : kFaults) {
        FailOnce(variant, index, fault);
        ++faults;
      }
    }
  }
  // The table has no call that no launch makes; each variant makes some forty.
  CHECK_EQ(failed.size(), StageOfCall().size());
  CHECK(faults > 2 * 40 * Variants().size());
}

TEST(AFailureWhileALaunchIsCleanedUpChangesNothing) {
  std::set<std::string> cleaning;
  for (const Variant& variant : Variants()) {
    const size_t all = CallsOf(variant).size();
    for (size_t first = 0; first < all; ++first) {
      const size_t end = FailOnce(variant, first, Win32Error(kErrorAccessDenied));
      for (size_t second = first + 1; second < end; ++second) {
        FailTwice(variant, first, second);
      }
    }
    LaunchSetting setting;
    variant.change(&setting);
    setting.windows.calls().FailAt(all - 1, Win32Error(kErrorAccessDenied));
    Launched launched;
    CHECK(!setting.Launch(&launched).ok());
    const std::vector<FakeCall>& calls = setting.windows.calls().fallible();
    for (size_t index = all; index < calls.size(); ++index) cleaning.insert(calls[index].name);
  }
  const std::set<std::string> expected = {"TerminateProcess", "TerminateJobObject",
                                          "WaitForSingleObject"};
  CHECK(cleaning == expected);
}

// The handle of the job is then what ends the process.
TEST(AProcessThatCannotBeTerminatedEndsWithItsJob) {
  LaunchSetting setting;
  setting.windows.calls().FailAll("ResumeThread", Win32Error(kErrorAccessDenied));
  setting.windows.calls().FailAll("TerminateProcess", Win32Error(kErrorAccessDenied));
  setting.windows.calls().FailAll("TerminateJobObject", Win32Error(kErrorAccessDenied));
  Launched launched;
  CHECK(setting.Launch(&launched).stage() == Stage::kWinProcessResume);
  CHECK(!setting.windows.calls().Called("WaitForSingleObject"));
  setting.CheckNothingRan("all of them fail");
}

TEST(TheCodesOfMissingAndUnusableProgramsArePassedOn) {
  for (const uint32_t code : {uint32_t{2}, uint32_t{5}, uint32_t{87}, uint32_t{193}, uint32_t{740},
                              uint32_t{1312}, uint32_t{1314}}) {
    LaunchSetting setting;
    setting.windows.create_errors[setting.program] = code;
    Launched launched;
    const Status status = setting.Launch(&launched);
    CHECK(status.stage() == Stage::kWinProcessCreate);
    CHECK_EQ(status.os_code(), code);
    CHECK_EQ(status.path(), "C:\\tools\\tool.exe");
    setting.CheckNothingRan("a program that cannot be created");
  }
}

TEST(AMissingWorkingDirectoryIsThePathOfTheFailure) {
  LaunchSetting setting;
  setting.request.cwd = u"C:\\missing";
  Launched launched;
  const Status status = setting.Launch(&launched);
  CHECK(status.stage() == Stage::kWinProcessCreate);
  CHECK_EQ(status.os_code(), kErrorDirectory);
  CHECK_EQ(status.path(), "C:\\missing");
  setting.CheckNothingRan("missing directory");
}

}  // namespace ringfence::win
