#include "windows/real_launch.h"

#include <windows.h>

#include <cstring>
#include <cwchar>
#include <span>
#include <utility>

#include "check.h"
#include "sids.h"
#include "win/api/windows_api.h"
#include "win/start_command.h"
#include "win/token_query.h"

namespace ringfence::win {
namespace {

constexpr uint64_t kLongestMs = 30'000;
constexpr DWORD kStepMs = 100;
constexpr uintptr_t kLaunchKey = 1;
constexpr uintptr_t kOutputKey = 2;

constexpr AccessMask kTokenAccess =
    kTokenDuplicate | kTokenQuery | kTokenAdjustDefault | kTokenAssignPrimary;

std::u16string Text(const wchar_t* text) { return reinterpret_cast<const char16_t*>(text); }

// A filtered token of this process's own may be given to a process by everyone.
Status MakeFilteredToken(UniqueHandle* token) {
  const Win32Api& api = WindowsApi();
  Handle handle = Handle::kNone;
  if (const OsError error = api.token.OpenOwn(kTokenAccess, &handle); !error.ok()) {
    return Failed(Stage::kWinTokenOpen, error);
  }
  const UniqueHandle own(api.handle, handle);
  if (const OsError error = api.token.Restrict(own.get(), kDisableMaxPrivilege, {}, &handle);
      !error.ok()) {
    return Failed(Stage::kWinTokenRestrict, error);
  }
  *token = UniqueHandle(api.handle, handle);
  return Status::Ok();
}

}  // namespace

std::u16string CommandProgram() {
  wchar_t path[MAX_PATH] = {};
  GetModuleFileNameW(nullptr, path, MAX_PATH);
  const std::u16string own = Text(path);
  return own.substr(0, own.rfind(u'\\') + 1) + u"ringfence_win_command.exe";
}

std::vector<EnvironmentVariable> OwnEnvironment() {
  std::vector<EnvironmentVariable> variables;
  wchar_t* block = GetEnvironmentStringsW();
  for (const wchar_t* next = block; *next != L'\0'; next += std::wcslen(next) + 1) {
    const std::u16string variable = Text(next);
    const size_t equals = variable.find(u'=', 1);
    variables.push_back({variable.substr(0, equals), variable.substr(equals + 1)});
  }
  FreeEnvironmentStringsW(block);
  return variables;
}

std::u16string TemporaryPath(const std::u16string& name) {
  wchar_t directory[MAX_PATH + 1] = {};
  GetTempPathW(MAX_PATH + 1, directory);
  return Text(directory) + u"ringfence-" + Text(std::to_wstring(GetCurrentProcessId()).c_str()) +
         u"-" + name;
}

RealLaunch::RealLaunch(std::vector<std::u16string> arguments)
    : end_(GetTickCount64() + kLongestMs) {
  Handle port = Handle::kNone;
  CHECK(WindowsApi().io.CreatePort(&port).ok());
  port_ = UniqueHandle(WindowsApi().handle, port);
  request.program = CommandProgram();
  request.argv = std::move(arguments);
  request.argv.insert(request.argv.begin(), u"command");
  request.environment = OwnEnvironment();
  wchar_t directory[MAX_PATH] = {};
  GetCurrentDirectoryW(MAX_PATH, directory);
  request.cwd = Text(directory);
  request.events = {port_.get(), kLaunchKey};
  plan.capability_sids = {kRoot};
  plan.private_desktop = false;
}

// What is under way uses this object.
RealLaunch::~RealLaunch() {
  launched = Launched();
  if (!reading_) return;
  static_cast<void>(WindowsApi().io.Cancel(pipe_.ours.get(), &overlapped_));
  while (reading_ && Step()) continue;
}

void RealLaunch::CaptureOutput() {
  CHECK(MakePipe(WindowsApi(), PipeDirection::kFromCommand, &pipe_).ok());
  request.stdio[1] = pipe_.theirs.get();
}

Status RealLaunch::Start() {
  const Win32Api& api = WindowsApi();
  UniqueHandle token;
  RINGFENCE_RETURN_IF_ERROR(MakeFilteredToken(&token));
  Sid user;
  RINGFENCE_RETURN_IF_ERROR(QueryOwnUser(api, &user));
  bool verified = false;
  const auto verify = [&](Handle) {
    verified = true;
    return Status::Ok();
  };
  RINGFENCE_RETURN_IF_ERROR(
      StartCommand(api, {token.get(), user, kRoot, verify}, plan, request, &launched));
  CHECK(verified);
  StartRead();
  return Status::Ok();
}

Status RealLaunch::StartFenced() {
  RINGFENCE_RETURN_IF_ERROR(Launch(WindowsApi(), plan, request, &launched));
  StartRead();
  return Status::Ok();
}

void RealLaunch::ReadTerminal() {
  pipe_.ours = launched.TakeTerminalOutput();
  StartRead();
}

void RealLaunch::StartRead() {
  if (!pipe_.ours.valid()) return;
  // With the command's end here too it would never end.
  pipe_.theirs.Reset();
  if (!associated_) {
    CHECK(WindowsApi().io.AssociatePort(pipe_.ours.get(), port_.get(), kOutputKey).ok());
    associated_ = true;
  }
  overlapped_ = {};
  const OsError error = WindowsApi().io.StartRead(pipe_.ours.get(), bytes_, &overlapped_);
  CHECK(error.ok() || error.is(kErrorBrokenPipe));
  reading_ = error.ok();
}

bool RealLaunch::Step() {
  if (GetTickCount64() > end_) return false;
  bool got = false;
  Completion completion;
  CHECK(WindowsApi().io.WaitCompletion(port_.get(), kStepMs, &got, &completion).ok());
  // Windows does not promise that the packet of an empty job comes.
  if (!got && launched.exited()) CHECK(launched.Look().ok());
  if (!got) return true;
  if (completion.key == kLaunchKey) {
    launched.Take(completion);
    return true;
  }
  CHECK_EQ(completion.key, kOutputKey);
  reading_ = false;
  if (!completion.error.ok()) return true;
  output_.append(reinterpret_cast<const char*>(bytes_.data()), completion.number);
  StartRead();
  return true;
}

bool RealLaunch::WaitForOutput(const std::string& part) {
  while (output_.find(part) == output_.npos && reading_) {
    if (!Step()) return false;
  }
  return output_.find(part) != output_.npos;
}

bool RealLaunch::WaitForExit() {
  while (!launched.exited()) {
    if (!Step()) return false;
  }
  return true;
}

bool RealLaunch::Finish() {
  while (reading_ || !launched.exited() || !launched.empty()) {
    if (!Step()) return false;
  }
  return true;
}

uint32_t RealLaunch::ExitCode() {
  uint32_t code = 0xdead;
  CHECK(launched.exited());
  CHECK(launched.ExitCode(&code).ok());
  return code;
}

std::vector<std::u16string> RealLaunch::OutputTexts() const {
  std::u16string units(output_.size() / sizeof(char16_t), u'\0');
  std::memcpy(units.data(), output_.data(), units.size() * sizeof(char16_t));
  std::vector<std::u16string> texts;
  while (!units.empty()) {
    const size_t end = units.find(u'\0');
    texts.push_back(units.substr(0, end));
    units.erase(0, end == units.npos ? end : end + 1);
  }
  return texts;
}

}  // namespace ringfence::win
