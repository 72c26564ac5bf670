// What a launch on a simulated Windows asks for, and in which order.
#include <algorithm>
#include <string>
#include <vector>

#include "check.h"
#include "sids.h"
#include "win/launch.h"
#include "win_launch_setting.h"

namespace ringfence::win {
namespace {

// Names, each run of one name once.
std::vector<std::string> Order(const FakeWindows& windows, const FakeCalls& calls) {
  static_cast<void>(windows);
  std::vector<std::string> names;
  for (const FakeCall& call : calls.fallible()) {
    if (names.empty() || names.back() != call.name) names.push_back(call.name);
  }
  return names;
}

}  // namespace

TEST(LaunchMakesEverythingBeforeTheCommandRuns) {
  LaunchSetting setting;
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  const std::vector<std::string> expected = {
      "OpenProcessToken",
      "GetTokenInformation",
      "BCryptGenRandom",
      "CreateRestrictedToken",
      "GetTokenInformation",
      "SetTokenInformation",
      "DuplicateTokenEx",
      "AccessCheck",
      "GetFileAttributesW",
      "CreateFileW",
      "DuplicateHandle",
      "GetProcessWindowStation",
      "GetUserObjectInformationW",
      "BCryptGenRandom",
      "CreateDesktopW",
      "CreateJobObjectW",
      "SetInformationJobObject",
      "IsProcessInJob",
      "SetInformationJobObject",
      "InitializeProcThreadAttributeList",
      "UpdateProcThreadAttribute",
      "CreateProcessAsUserW",
      "OpenProcessToken",
      "GetTokenInformation",
      "IsProcessInJob",
      "RegisterWaitForSingleObject",
      "ResumeThread",
  };
  CHECK(Order(setting.windows, setting.windows.calls()) == expected);
}

}  // namespace ringfence::win
