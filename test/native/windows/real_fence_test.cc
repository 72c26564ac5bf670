// The restricted token of the system. Wine says that it made one, and has not: there nothing may
// run.
#include <windows.h>

#include <cstdint>
#include <string>

#include "check.h"
#include "sids.h"
#include "win/api/windows_api.h"
#include "win/restricted_token.h"
#include "windows/real_launch.h"
#include "windows/wine.h"

namespace ringfence::win {
namespace {

bool Exists(const std::u16string& path) {
  return GetFileAttributesW(reinterpret_cast<const wchar_t*>(path.c_str())) !=
         INVALID_FILE_ATTRIBUTES;
}

void Remove(const std::u16string& path) {
  CHECK(DeleteFileW(reinterpret_cast<const wchar_t*>(path.c_str())) != 0);
}

}  // namespace

TEST(ATokenIsRestrictedOrRefused) {
  RestrictedToken made;
  const Status status = MakeRestrictedToken(WindowsApi(), {kRoot, kOtherRoot}, false, &made);
  if (test::UnderWine()) {
    // Wine does not know TokenRestrictedSids: ERROR_INVALID_FUNCTION.
    CHECK(status.stage() == Stage::kWinTokenReadBack);
    CHECK(status.kind() == ErrorKind::kWin32);
    CHECK_EQ(status.os_code(), 1U);
    CHECK(!made.token.valid());
  } else {
    CHECK(status.ok());
    CHECK(VerifyRestrictedToken(WindowsApi(), made.token.get(), made.restricting).ok());
  }
}

TEST(ACommandCannotWriteWhatItsUserCan) {
  const std::u16string path = TemporaryPath(u"outside");
  RealLaunch control({u"file", path});
  CHECK(control.Start().ok());
  CHECK(control.Finish());
  CHECK_EQ(control.ExitCode(), 0U);
  CHECK(Exists(path));
  Remove(path);

  RealLaunch fenced({u"file", path});
  const Status status = fenced.StartFenced();
  if (test::UnderWine()) {
    CHECK(status.stage() == Stage::kWinTokenReadBack);
    CHECK_EQ(fenced.launched.pid(), 0U);
  } else {
    CHECK(status.ok());
    CHECK(fenced.Finish());
    CHECK_EQ(fenced.ExitCode(), kErrorAccessDenied);
  }
  CHECK(!Exists(path));
}

TEST(ACommandHasOnePrivilege) {
  if (test::UnderWine()) return SKIP("Wine does not restrict tokens: no command is launched");
  RealLaunch launch({u"privileges"});
  launch.CaptureOutput();
  CHECK(launch.StartFenced().ok());
  CHECK(launch.Finish());
  CHECK_EQ(launch.ExitCode(), 0U);
  // SeChangeNotifyPrivilege.
  CHECK_EQ(launch.output(), "23\n");
}

// Its streams, its job, and processes of its own work behind the fence as they do outside.
TEST(ACommandBehindTheFenceStartsOthers) {
  if (test::UnderWine()) return SKIP("Wine does not restrict tokens: no command is launched");
  for (const bool private_desktop : {false, true}) {
    RealLaunch launch({u"many", u"2"});
    launch.plan.private_desktop = private_desktop;
    CHECK(launch.StartFenced().ok());
    CHECK(launch.WaitForExit());
    CHECK_EQ(launch.ExitCode(), 2U);
    CHECK(launch.launched.Kill(0).ok());
    CHECK(launch.Finish());
  }
}

TEST(ACommandBehindTheFenceTalksOnItsTerminal) {
  if (test::UnderWine()) return SKIP("Wine does not restrict tokens: no command is launched");
  RealLaunch launch({u"talk"});
  launch.request.terminal = TerminalSize{80, 25};
  CHECK(launch.StartFenced().ok());
  launch.ReadTerminal();
  CHECK(launch.WaitForOutput("ready"));
}

}  // namespace ringfence::win
