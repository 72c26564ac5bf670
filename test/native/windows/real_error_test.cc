// Failures that arise by themselves: the number that Windows gives reaches whoever asked.
#include <windows.h>

#include <cstdint>
#include <string>
#include <vector>

#include "check.h"
#include "sids.h"
#include "win/api/windows_api.h"
#include "win/job.h"
#include "win/security_descriptor.h"
#include "win/start_command.h"
#include "win/unique_handle.h"
#include "windows/real_launch.h"

namespace ringfence::win {
namespace {

void CheckFails(RealLaunch& launch, Stage stage, uint32_t code) {
  const Status status = launch.Start();
  CHECK(status.stage() == stage);
  CHECK(status.kind() == ErrorKind::kWin32);
  CHECK_EQ(status.os_code(), code);
}

const wchar_t* Path(const std::u16string& path) {
  return reinterpret_cast<const wchar_t*>(path.c_str());
}

constexpr uint32_t kErrorNoImpersonationToken = 1309;
constexpr uint32_t kErrorInvalidSecurityDescriptor = 1338;

}  // namespace

TEST(AProgramThatIsMissingIsNotFound) {
  RealLaunch file({u"exit", u"0"});
  file.request.program = TemporaryPath(u"missing.exe");
  CheckFails(file, Stage::kWinProgramFind, kErrorFileNotFound);
  RealLaunch directory({u"exit", u"0"});
  directory.request.program = TemporaryPath(u"missing\\tool.exe");
  CheckFails(directory, Stage::kWinProgramFind, kErrorPathNotFound);
  RealLaunch name({u"exit", u"0"});
  name.request.program = u"ringfence-no-such-program";
  CheckFails(name, Stage::kWinProgramFind, kErrorFileNotFound);
}

TEST(AFileThatIsNoProgramIsRefusedByTheSystem) {
  const std::u16string path = TemporaryPath(u"text.exe");
  const HANDLE file = CreateFileW(Path(path), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, 0, nullptr);
  DWORD written = 0;
  CHECK(WriteFile(file, "no program", 10, &written, nullptr) != 0);
  CloseHandle(file);
  RealLaunch launch({u"exit", u"0"});
  launch.request.program = path;
  CheckFails(launch, Stage::kWinProcessCreate, kErrorBadExeFormat);
  CHECK(DeleteFileW(Path(path)) != 0);
}

TEST(ADirectoryThatIsMissingIsToldAsSuch) {
  RealLaunch launch({u"exit", u"0"});
  launch.request.cwd = TemporaryPath(u"missing");
  CheckFails(launch, Stage::kWinProcessCreate, kErrorDirectory);
}

TEST(ATokenThatMayNotBeGivenAwayIsRefused) {
  const Win32Api& api = WindowsApi();
  Handle opened = Handle::kNone;
  CHECK(api.token.OpenOwn(kTokenQuery, &opened).ok());
  const UniqueHandle token(api.handle, opened);
  Handle other = Handle::kNone;
  CHECK(api.token.Restrict(token.get(), kDisableMaxPrivilege, {}, &other).is(kErrorAccessDenied));
  CHECK(other == Handle::kNone);

  RealLaunch setting({u"exit", u"0"});
  Launched launched;
  const CommandToken command = {token.get(), kAlice, kRoot, [](Handle) { return Status::Ok(); }};
  const Status status = StartCommand(api, command, setting.plan, setting.request, &launched);
  CHECK(status.stage() == Stage::kWinProcessCreate);
  CHECK_EQ(status.os_code(), kErrorAccessDenied);
}

TEST(NumbersOfTheSystemArePassedOn) {
  const Win32Api& api = WindowsApi();
  constexpr Handle kBad{0x7ffc};
  Handle handle = Handle::kNone;
  bool flag = false;
  TokenInformation information;
  CHECK(api.handle.Duplicate(kBad, false, &handle).is(kErrorInvalidHandle));
  CHECK(api.token.Query(kBad, TokenClass::kUser, &information).is(kErrorInvalidHandle));
  CHECK(api.process.TerminateJob(kBad, 1).is(kErrorInvalidHandle));
  CHECK(api.process.CreateJob(&handle).ok());
  const UniqueHandle job(api.handle, handle);
  CHECK(api.process.SetJobLimits(job.get(), 0x80000000, {}).is(kErrorInvalidParameter));

  // A primary token, and a descriptor without an owner.
  CHECK(api.token.OpenOwn(kTokenQuery | kTokenDuplicate, &handle).ok());
  const UniqueHandle token(api.handle, handle);
  const std::vector<uint8_t> descriptor =
      EncodeSecurityDescriptor(kAlice, FullControl({kEveryone}));
  CHECK(api.token.CheckAccess(token.get(), descriptor, kFileReadData, &flag)
            .is(kErrorNoImpersonationToken));
  CHECK(api.token.DuplicateForCheck(token.get(), &handle).ok());
  const UniqueHandle duplicate(api.handle, handle);
  CHECK(api.token.CheckAccess(duplicate.get(), descriptor, kFileReadData, &flag).ok());
  CHECK(flag);
  std::vector<uint8_t> broken = descriptor;
  broken[4] = 0;
  CHECK(api.token.CheckAccess(duplicate.get(), broken, kFileReadData, &flag)
            .is(kErrorInvalidSecurityDescriptor));
}

}  // namespace ringfence::win
