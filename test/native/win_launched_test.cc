// A command that runs on a simulated Windows: its end, its limits, its terminal.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "win/launched.h"
#include "win_fake.h"
#include "win_launch_setting.h"

namespace ringfence::win {
namespace {

// All packets that have come.
void TakeAll(LaunchSetting* setting, Launched* launched) {
  bool got = true;
  while (got) {
    Completion completion;
    CHECK(setting->windows.api()
              .io.WaitCompletion(setting->request.events.port, 0, &got, &completion)
              .ok());
    if (!got) return;
    CHECK_EQ(completion.key, setting->request.events.key);
    launched->Take(completion);
  }
}

FakeProcess& ProcessOf(LaunchSetting& setting) { return *setting.windows.processes().at(0); }

// The names of what closes things, in their order.
std::vector<std::string> ClosingCalls(const FakeCalls& calls, size_t from) {
  std::vector<std::string> names;
  for (size_t i = from; i < calls.all().size(); ++i) names.push_back(calls.all()[i].name);
  return names;
}

}  // namespace

TEST(TheEndOfACommandIsSeen) {
  LaunchSetting setting;
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  TakeAll(&setting, &launched);
  CHECK(!launched.exited() && !launched.empty());
  setting.windows.End(ProcessOf(setting), 77);
  TakeAll(&setting, &launched);
  CHECK(launched.exited() && launched.empty());
  uint32_t exit_code = 0;
  CHECK(launched.ExitCode(&exit_code).ok());
  CHECK_EQ(exit_code, 77U);
  CHECK(!launched.limit());
}

TEST(AProcessThatIsLeftKeepsACommandFromBeingEmpty) {
  LaunchSetting setting;
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  auto child = std::make_shared<FakeProcess>("child");
  child->job = ProcessOf(setting).job;
  setting.windows.Start(child);
  setting.windows.End(ProcessOf(setting), 0);
  TakeAll(&setting, &launched);
  CHECK(launched.exited() && !launched.empty());
  CHECK(launched.Look().ok());
  CHECK(!launched.empty());
  CHECK(launched.Kill(9).ok());
  CHECK(!child->alive);
  CHECK_EQ(child->exit_code, 9U);
  CHECK(launched.Look().ok());
  CHECK(launched.empty());
}

TEST(ALaunchedThatIsDestroyedEndsItsProcesses) {
  LaunchSetting setting;
  auto child = std::make_shared<FakeProcess>("child");
  {
    Launched launched;
    CHECK(setting.Launch(&launched).ok());
    child->job = ProcessOf(setting).job;
    setting.windows.Start(child);
    CHECK(ProcessOf(setting).alive && child->alive);
  }
  CHECK(!child->alive);
  for (const std::string& leftover : setting.windows.Leftovers()) CHECK_EQ(leftover, "nothing");
}

TEST(TheFirstLimitIsTheOneThatIsTold) {
  LaunchSetting setting;
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  const uintptr_t key = setting.request.events.key;
  launched.Take({key, kJobMessageMemoryLimit, 0, kNoOsError});
  launched.Take({key, kJobMessageActiveProcessLimit, 0, kNoOsError});
  CHECK(launched.limit() == JobLimit::kMemory);
}

TEST(CpuTimeThatIsUsedUpIsSeenByLooking) {
  LaunchSetting setting;
  setting.plan.limits.cpu_100ns = 10'000'000;
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  setting.windows.usage = {9'999'990, 77, 0};
  CHECK(launched.Look().ok());
  CHECK(!launched.limit());
  setting.windows.usage.user_100ns = 10'000'000;
  CHECK(launched.Look().ok());
  CHECK(launched.limit() == JobLimit::kCpu);

  setting.windows.peak_memory = 4711;
  Usage usage;
  CHECK(launched.ReadUsage(&usage).ok());
  CHECK_EQ(usage.user_us, uint64_t{1'000'000});
  CHECK_EQ(usage.system_us, uint64_t{7});
  CHECK_EQ(usage.peak_memory_bytes, uint64_t{4711});
  CHECK_EQ(usage.active_processes, 1U);
}

TEST(CallsOfARunningCommandThatFailHaveTheirStages) {
  struct Fault {
    const char* call;
    Stage stage;
    std::function<Status(Launched*)> use;
  };
  uint32_t code = 0;
  Usage usage;
  const Fault faults[] = {
      {"GetExitCodeProcess", Stage::kWinProcessWait,
       [&](Launched* launched) { return launched->ExitCode(&code); }},
      {"QueryInformationJobObject", Stage::kWinJobQuery,
       [&](Launched* launched) { return launched->ReadUsage(&usage); }},
      {"QueryInformationJobObject", Stage::kWinJobQuery,
       [&](Launched* launched) { return launched->Look(); }},
      {"TerminateJobObject", Stage::kWinJobKill,
       [&](Launched* launched) { return launched->Kill(1); }},
      {"ResizePseudoConsole", Stage::kWinConsoleResize,
       [&](Launched* launched) { return launched->Resize({}); }},
  };
  for (const Fault& fault : faults) {
    LaunchSetting setting;
    setting.request.terminal = TerminalSize{};
    {
      Launched launched;
      CHECK(setting.Launch(&launched).ok());
      setting.windows.calls().FailAll(fault.call, {ErrorKind::kHresult, 0x80004001});
      const Status status = fault.use(&launched);
      CHECK(status.stage() == fault.stage);
      CHECK(status.kind() == ErrorKind::kHresult);
      CHECK_EQ(status.os_code(), 0x80004001U);
      CHECK(!launched.empty());
    }
    setting.CheckRunEnded(fault.call);
  }
}

TEST(ACommandWithATerminalInheritsNothing) {
  LaunchSetting setting;
  setting.GiveStdio();
  setting.windows.Add(std::make_shared<FakeFile>("secret"), true);
  setting.request.terminal = TerminalSize{100, 40};
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  const FakeProcess& process = ProcessOf(setting);
  CHECK(process.inherited.empty());
  CHECK(!process.start.inherit_handles);
  CHECK(process.console != Console::kNone);
  CHECK_EQ(process.start.flags & kCreateNoWindow, 0U);
  for (const Handle handle : process.start.stdio) CHECK(handle == Handle::kNone);
  CHECK(!setting.windows.calls().Called("DuplicateHandle"));
}

// Closing a console waits for its output to be read, unless our end is closed.
TEST(TheEndsOfATerminalAreClosedBeforeIt) {
  LaunchSetting setting;
  setting.request.terminal = TerminalSize{};
  size_t made = 0;
  {
    Launched launched;
    CHECK(setting.Launch(&launched).ok());
    made = setting.windows.calls().all().size();
  }
  const std::vector<std::string> expected = {
      "CloseHandle",       // job
      "UnregisterWaitEx",  // of the process's end
      "CloseHandle",       // process
      "CloseHandle",       // our end of the output
      "CloseHandle",       // our end of the input
      "ClosePseudoConsole", "CloseDesktop",
  };
  CHECK(ClosingCalls(setting.windows.calls(), made) == expected);
  setting.CheckRunEnded("terminal");
}

TEST(TheEndsOfATerminalBelongToWhoeverTakesThem) {
  LaunchSetting setting;
  setting.request.terminal = TerminalSize{};
  UniqueHandle input;
  UniqueHandle output;
  {
    Launched launched;
    CHECK(setting.Launch(&launched).ok());
    input = launched.TakeTerminalInput();
    output = launched.TakeTerminalOutput();
    CHECK(input.valid() && output.valid());
    CHECK(!launched.TakeTerminalInput().valid());
    launched.CloseConsole();
    launched.CloseConsole();
  }
  CHECK_EQ(setting.windows.Leftovers().size(), size_t{2});
  input.Reset();
  output.Reset();
  setting.CheckRunEnded("terminal");
}

}  // namespace ringfence::win
