// What a launch on a simulated Windows asks for, and in which order.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "check.h"
#include "sids.h"
#include "win/command_line.h"
#include "win/launch.h"
#include "win/token_information.h"
#include "win_launch_setting.h"

namespace ringfence::win {
namespace {

// Names, each run of one name once.
std::vector<std::string> Order(const FakeCalls& calls) {
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
      "InitializeProcThreadAttributeList",
      "UpdateProcThreadAttribute",
      "CreateProcessAsUserW",
      "OpenProcessToken",
      "GetTokenInformation",
      "IsProcessInJob",
      "RegisterWaitForSingleObject",
      "ResumeThread",
  };
  CHECK(Order(setting.windows.calls()) == expected);
}

TEST(LaunchTellsWindowsWhatTheRequestSays) {
  LaunchSetting setting;
  setting.plan.limits = {1 << 30, 20, 10'000'000};
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  const FakeProcess& process = *setting.windows.processes().at(0);
  CHECK(process.start.application == setting.program);
  CHECK(process.start.command_line == u"\"tool\" \"two words\"");
  CHECK(process.start.environment == std::u16string(u"Path=C:\\tools\0\0", 15));
  CHECK(process.start.cwd == u"C:\\work");
  CHECK(process.start.desktop.starts_with(u"WinSta0\\ringfence-"));
  CHECK_EQ(process.start.flags,
           kCreateSuspended | kCreateUnicodeEnvironment | kExtendedStartupInfo | kCreateNoWindow);
  CHECK(process.ran);
  CHECK_EQ(launched.pid(), process.pid);

  CHECK_EQ(process.job->flags,
           kJobLimitKillOnClose | kJobLimitMemory | kJobLimitActiveProcess | kJobLimitTime);
  CHECK_EQ(process.job->limits.memory_bytes, uint64_t{1} << 30);
  CHECK_EQ(process.job->limits.processes, 20U);
  CHECK_EQ(process.job->limits.cpu_100ns, uint64_t{10'000'000});
  CHECK_EQ(process.job->target.key, setting.request.events.key);
}

TEST(TheTokenOfACommandHasTheSidsOfItsPlan) {
  LaunchSetting setting;
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  const FakeToken& token = *setting.windows.processes().at(0)->token;
  const std::vector<Sid>& sids = token.token.restricting;
  CHECK_EQ(sids.size(), size_t{4});
  CHECK(sids[1] == kRoot && sids[2] == kOtherRoot && sids[3] == setting.windows.own_token->logon);
  CHECK(std::ranges::find(sids, kEveryone) == sids.end());
  CHECK(token.token.restriction == Restriction::kWrites);
  CHECK(token.privileges == std::vector<uint64_t>{kChangeNotifyPrivilege});

  // Of all that restricts only the SID of the launch is in it.
  const std::vector<Ace>& aces = token.token.default_dacl.aces;
  CHECK_EQ(aces.size(), size_t{3});
  CHECK(aces[0].sid == kAlice && aces[1].sid == kSystem && aces[2].sid == sids[0]);
}

TEST(EveryoneRestrictsOnlyWhenThePlanSaysSo) {
  LaunchSetting setting;
  setting.plan.everyone = true;
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  CHECK(setting.windows.processes().at(0)->token->token.restricting.back() == kEveryone);
}

TEST(TwoLaunchesHaveSidsOfTheirOwn) {
  LaunchSetting setting;
  Launched first;
  Launched second;
  CHECK(setting.Launch(&first).ok());
  CHECK(setting.Launch(&second).ok());
  const auto& processes = setting.windows.processes();
  CHECK(processes.at(0)->token->token.restricting.front() !=
        processes.at(1)->token->token.restricting.front());
  CHECK(processes.at(0)->start.desktop != processes.at(1)->start.desktop);
}

TEST(ALaunchWithoutCapabilitySidsIsRefused) {
  LaunchSetting setting;
  setting.plan.capability_sids.clear();
  Launched launched;
  CHECK(setting.Launch(&launched).stage() == Stage::kWinTokenRestrict);
  CHECK(setting.windows.calls().all().empty());
}

TEST(ACommandInheritsItsThreeStreamsAndNothingElse) {
  LaunchSetting setting;
  setting.GiveStdio();
  // What another part of this process left inheritable.
  setting.windows.Add(std::make_shared<FakeFile>("secret"), true);
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  const FakeProcess& process = *setting.windows.processes().at(0);
  const std::vector<std::shared_ptr<FakeObject>> expected(setting.streams.begin(),
                                                          setting.streams.end());
  CHECK(process.inherited == expected);
  // The streams of the caller stay his, and were not made inheritable themselves.
  for (const Handle handle : setting.request.stdio) {
    CHECK(setting.windows.Find<FakeFile>(handle) != nullptr);
    CHECK(!setting.windows.IsInheritable(handle));
  }
  // Nothing inheritable is left for a process that this one starts later.
  CHECK_EQ(setting.windows.Inheritable().size(), size_t{1});
}

TEST(AStreamThatIsGivenTwiceIsListedOnce) {
  LaunchSetting setting;
  setting.GiveStdio();
  setting.request.stdio[2] = setting.request.stdio[1];
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  const FakeProcess& process = *setting.windows.processes().at(0);
  CHECK_EQ(process.inherited.size(), size_t{2});
  CHECK(process.start.stdio[1] == process.start.stdio[2]);
  CHECK(process.start.stdio[0] != process.start.stdio[1]);
}

TEST(StreamsThatAreNotGivenAreNul) {
  LaunchSetting setting;
  setting.GiveStdio();
  setting.request.stdio[0] = Handle::kNone;
  setting.request.stdio[2] = Handle::kNone;
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  const FakeProcess& process = *setting.windows.processes().at(0);
  CHECK_EQ(process.inherited.size(), size_t{2});
  CHECK_EQ(process.inherited[0]->name, "NUL");
  CHECK(process.inherited[1] == setting.streams[1]);
  CHECK(process.start.stdio[0] == process.start.stdio[2]);
}

TEST(AHandleOfTheCallerThatIsNotOpenFailsTheLaunch) {
  LaunchSetting setting;
  setting.GiveStdio();
  setting.request.stdio[1] = Handle{0xbad0};
  Launched launched;
  const Status status = setting.Launch(&launched);
  CHECK(status.stage() == Stage::kWinStdio);
  CHECK_EQ(status.os_code(), kErrorInvalidHandle);
  setting.CheckNothingRan("bad handle");
}

TEST(ACommandWithoutAUserToProtectRunsOnTheDesktopOfThisProcess) {
  LaunchSetting service;
  service.windows.interactive = false;
  Launched launched;
  CHECK(service.Launch(&launched).ok());
  CHECK(service.windows.processes().at(0)->start.desktop == u"Service-0x0-3e7$\\Default");

  LaunchSetting shared;
  shared.plan.private_desktop = false;
  Launched other;
  CHECK(shared.Launch(&other).ok());
  CHECK(shared.windows.processes().at(0)->start.desktop == u"WinSta0\\Default");
  CHECK(!shared.windows.calls().Called("CreateDesktopW"));
}

TEST(MistakesOfTheRequestAreFoundBeforeAnythingIsMade) {
  struct Mistake {
    Stage stage;
    uint32_t code;
    std::function<void(LaunchSetting*)> make;
  };
  const Mistake mistakes[] = {
      {Stage::kWinProgramFind, kErrorFileNotFound,
       [](LaunchSetting* setting) { setting->request.program = u"missing"; }},
      {Stage::kWinBatchFile, 0,
       [](LaunchSetting* setting) {
         setting->windows.files[u"C:\\tools\\tool.cmd"] = 0x80;
         setting->request.program = u"C:\\tools\\tool.cmd";
       }},
      {Stage::kWinCommandLine, kErrorInvalidParameter,
       [](LaunchSetting* setting) { setting->request.argv.clear(); }},
      {Stage::kWinCommandLine, kErrorFilenameTooLong,
       [](LaunchSetting* setting) {
         setting->request.argv.emplace_back(kMostCommandLineUnits, u'x');
       }},
      {Stage::kWinEnvironment, kErrorInvalidParameter,
       [](LaunchSetting* setting) { setting->request.environment.push_back({u"a=b", u""}); }},
  };
  for (const Mistake& mistake : mistakes) {
    LaunchSetting setting;
    mistake.make(&setting);
    Launched launched;
    const Status status = setting.Launch(&launched);
    CHECK(status.stage() == mistake.stage);
    CHECK_EQ(status.os_code(), mistake.code);
    CHECK(!setting.windows.calls().Called("CreateProcessAsUserW"));
    CHECK(!setting.windows.calls().Called("CreateJobObjectW"));
    setting.CheckNothingRan("mistake of the request");
  }
}

}  // namespace ringfence::win
