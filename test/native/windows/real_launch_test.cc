// What a process gets that the system starts: exit codes, arguments, environment, directory, and
// exactly its handles.
#include "windows/real_launch.h"

#include <windows.h>

#include <algorithm>
#include <string>
#include <vector>

#include "check.h"
#include "win/api/windows_api.h"
#include "windows/wine.h"

namespace ringfence::win {
namespace {

Handle Given(HANDLE handle) { return static_cast<Handle>(reinterpret_cast<uintptr_t>(handle)); }

std::u16string Number(uintptr_t number) {
  const std::string digits = std::to_string(number);
  return {digits.begin(), digits.end()};
}

bool IsSignaled(HANDLE event) { return WaitForSingleObject(event, 0) == WAIT_OBJECT_0; }

// Of events that a child would inherit if it inherited everything.
HANDLE MakeInheritableEvent() {
  SECURITY_ATTRIBUTES security = {sizeof security, nullptr, TRUE};
  return CreateEventW(&security, TRUE, FALSE, nullptr);
}

// Wine gives every process its own settings.
bool IsAddedByWine(const std::u16string& variable) {
  return variable.starts_with(u"WINE") || variable.starts_with(u"SystemDrive=");
}

}  // namespace

TEST(ExitCodesOfCommandsArrive) {
  for (const uint32_t code : {0U, 1U, 77U, 0xc0000142U, 0xffffffffU}) {
    RealLaunch launch({u"exit", Number(code)});
    CHECK(launch.Start().ok());
    CHECK(launch.Finish());
    CHECK_EQ(launch.ExitCode(), code);
    CHECK(!launch.launched.limit());
  }
}

TEST(ArgumentsArriveAsTheyWereGiven) {
  const std::vector<std::u16string> arguments = {
      u"plain",          u"",        u"two words",   u"\"quoted\"", u"back\\slash",
      u"end\\",          u"\\\"",    u"a\\\\\"b",    u"tab\there",  u"\u00e4\u4e2d\U0001f600",
      u"%PATH%",         u"^&|<>()", u"--x=\"y z\"", u"'single'",   u"new\nline",
      u"trailing space "};
  RealLaunch launch({u"arguments"});
  launch.request.argv.insert(launch.request.argv.end(), arguments.begin(), arguments.end());
  launch.CaptureOutput();
  CHECK(launch.Start().ok());
  CHECK(launch.Finish());
  CHECK(launch.OutputTexts() == arguments);
}

TEST(TheEnvironmentOfACommandIsWhatItWasGiven) {
  RealLaunch launch({u"environment"});
  auto& environment = launch.request.environment;
  std::erase_if(environment,
                [](const EnvironmentVariable& variable) { return variable.name != u"SystemRoot"; });
  environment.push_back({u"RINGFENCE_A", u"one = \"1\""});
  environment.push_back({u"ringfence_empty", u""});
  environment.push_back({u"=C:", u"C:\\"});
  environment.push_back({u"\u00c4\u4e2d", u"\U0001f600"});
  std::vector<std::u16string> expected;
  for (const EnvironmentVariable& variable : environment) {
    expected.push_back(variable.name + u"=" + variable.value);
  }
  launch.CaptureOutput();
  CHECK(launch.Start().ok());
  CHECK(launch.Finish());
  std::vector<std::u16string> texts = launch.OutputTexts();
  if (test::UnderWine()) std::erase_if(texts, IsAddedByWine);
  std::ranges::sort(texts);
  std::ranges::sort(expected);
  CHECK(texts == expected);
}

TEST(ACommandRunsInItsDirectory) {
  RealLaunch launch({u"cwd"});
  const std::u16string directory = TemporaryPath(u"\u00e4 directory");
  CHECK(CreateDirectoryW(reinterpret_cast<const wchar_t*>(directory.c_str()), nullptr) != 0);
  launch.request.cwd = directory;
  launch.CaptureOutput();
  CHECK(launch.Start().ok());
  CHECK(launch.Finish());
  CHECK(launch.OutputTexts() == std::vector<std::u16string>{directory});
  CHECK(RemoveDirectoryW(reinterpret_cast<const wchar_t*>(directory.c_str())) != 0);
}

TEST(InputOfACommandIsReadToItsEnd) {
  Pipe input;
  CHECK(MakePipe(WindowsApi(), PipeDirection::kToCommand, &input).ok());
  RealLaunch launch({u"copy"});
  launch.request.stdio[0] = input.theirs.get();
  launch.CaptureOutput();
  CHECK(launch.Start().ok());
  input.theirs.Reset();
  const std::string text = std::string("typed\0in", 8);
  OVERLAPPED overlapped = {};
  DWORD written = 0;
  const HANDLE pipe = reinterpret_cast<HANDLE>(static_cast<uintptr_t>(input.ours.get()));
  WriteFile(pipe, text.data(), static_cast<DWORD>(text.size()), nullptr, &overlapped);
  CHECK(GetOverlappedResult(pipe, &overlapped, &written, TRUE) != 0);
  CHECK(launch.WaitForOutput(text));
  CHECK(!launch.launched.exited());
  input.ours.Reset();
  CHECK(launch.Finish());
  CHECK_EQ(launch.ExitCode(), 0U);
  CHECK_EQ(launch.output(), text);
}

TEST(ACommandHasNoHandleThatItWasNotGiven) {
  const HANDLE given = MakeInheritableEvent();
  // Many, for numbers that no handle of the command itself has.
  std::vector<HANDLE> others;
  for (int i = 0; i < 300; ++i) others.push_back(MakeInheritableEvent());
  RealLaunch launch({u"signal", Number(reinterpret_cast<uintptr_t>(others.back()))});
  launch.request.stdio[0] = Given(given);
  CHECK(launch.Start().ok());
  CHECK(launch.Finish());
  CHECK_EQ(launch.ExitCode(), 0U);
  // What was given arrived, which shows that the other would have.
  CHECK(IsSignaled(given));
  for (const HANDLE other : others) {
    CHECK(!IsSignaled(other));
    CloseHandle(other);
  }
  CloseHandle(given);
}

TEST(ACommandRunsOnAPrivateDesktop) {
  RealLaunch launch({u"exit", u"5"});
  launch.plan.private_desktop = true;
  CHECK(launch.Start().ok());
  CHECK(launch.Finish());
  CHECK_EQ(launch.ExitCode(), 5U);
}

}  // namespace ringfence::win
