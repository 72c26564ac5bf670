// A command on a pseudoconsole of the system. Under Wine its standard handles are not those of the
// console, so that it opens CONIN$ and CONOUT$, as programs that talk to their user do.
#include <windows.h>

#include <string>
#include <thread>

#include "check.h"
#include "windows/real_launch.h"
#include "windows/wine.h"

namespace ringfence::win {
namespace {

bool Type(const UniqueHandle& input, const std::string& text) {
  const HANDLE pipe = reinterpret_cast<HANDLE>(static_cast<uintptr_t>(input.get()));
  OVERLAPPED overlapped = {};
  DWORD written = 0;
  WriteFile(pipe, text.data(), static_cast<DWORD>(text.size()), nullptr, &overlapped);
  return GetOverlappedResult(pipe, &overlapped, &written, TRUE) != 0 && written == text.size();
}

}  // namespace

TEST(ACommandTalksOnItsTerminal) {
  RealLaunch launch({u"talk"});
  launch.request.terminal = TerminalSize{80, 25};
  CHECK(launch.Start().ok());
  launch.ReadTerminal();
  const UniqueHandle input = launch.launched.TakeTerminalInput();
  CHECK(launch.WaitForOutput("ready"));
  CHECK(Type(input, "typed\r"));
  CHECK(launch.WaitForOutput("answer typed"));
  CHECK(launch.WaitForExit());
  CHECK_EQ(launch.ExitCode(), 0U);
}

TEST(TheOutputOfATerminalEndsWhenItIsClosed) {
  if (test::UnderWine()) return SKIP("under Wine 8 it does not");
  RealLaunch launch({u"exit", u"3"});
  launch.request.terminal = TerminalSize{80, 25};
  CHECK(launch.Start().ok());
  launch.ReadTerminal();
  CHECK(launch.WaitForExit());
  CHECK_EQ(launch.ExitCode(), 3U);
  // Before Windows 11 24H2 it waits for output to be read, which happens here meanwhile.
  std::thread closing([&] { launch.launched.CloseConsole(); });
  CHECK(launch.Finish());
  closing.join();
}

TEST(ATerminalIsResized) {
  RealLaunch launch({u"talk"});
  launch.request.terminal = TerminalSize{80, 25};
  CHECK(launch.Start().ok());
  const Status status = launch.launched.Resize({100, 40});
  launch.launched = Launched();
  if (test::UnderWine()) {
    // E_NOTIMPL.
    CHECK(status.stage() == Stage::kWinConsoleResize);
    CHECK(status.kind() == ErrorKind::kHresult);
    CHECK_EQ(status.os_code(), 0x80004001U);
  } else {
    CHECK(status.ok());
  }
}

}  // namespace ringfence::win
