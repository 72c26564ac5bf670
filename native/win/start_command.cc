#include "win/start_command.h"

#include <memory>
#include <utility>

#include "win/command_line.h"
#include "win/command_stdio.h"
#include "win/desktop.h"
#include "win/job.h"
#include "win/process_attributes.h"
#include "win/program_search.h"
#include "win/suspended_process.h"
#include "win/utf16.h"

namespace ringfence::win {
namespace {

constexpr uint32_t kCreationFlags =
    kCreateSuspended | kCreateUnicodeEnvironment | kExtendedStartupInfo;

// A code for JavaScript to tell the caller's mistakes apart by, though no call has failed: the one
// that CreateProcessW would give.
uint32_t CodeOf(CommandLineError error) {
  return error == CommandLineError::kTooLong ? kErrorFilenameTooLong : kErrorInvalidParameter;
}

// Everything about a process that can be known before anything is made.
Status Encode(const Win32Api& api, const LaunchRequest& request, ProcessStart* start) {
  RINGFENCE_RETURN_IF_ERROR(
      FindProgram(api, request.program, request.cwd, request.environment, &start->application));
  const CommandLineError line_error =
      EncodeCommandLine(start->application, request.argv, &start->command_line);
  if (line_error == CommandLineError::kBatchFile) {
    return Status(Stage::kWinBatchFile, 0, ToUtf8(start->application));
  }
  if (line_error != CommandLineError::kNone) {
    return Failed(Stage::kWinCommandLine, Win32Error(CodeOf(line_error)));
  }
  if (EncodeEnvironmentBlock(request.environment, &start->environment) !=
      EnvironmentBlockError::kNone) {
    return Failed(Stage::kWinEnvironment, Win32Error(kErrorInvalidParameter));
  }
  start->cwd = request.cwd;
  start->flags = kCreationFlags | (request.terminal ? 0 : kCreateNoWindow);
  return Status::Ok();
}

Status MakeStreams(const Win32Api& api, const LaunchRequest& request, CommandStdio* stdio,
                   PseudoConsole* console) {
  // With a terminal the command opens its streams in the console: no handle of ours is inherited.
  return request.terminal ? MakePseudoConsole(api, *request.terminal, console)
                          : MakeCommandStdio(api, request.stdio, stdio);
}

Status Create(const Win32Api& api, const CommandStdio& stdio, const LaunchParts& parts,
              ProcessStart* start, StartedProcess* started) {
  std::vector<Handle> inherited;
  for (const UniqueHandle& handle : stdio.owned) inherited.push_back(handle.get());
  ProcessAttributes attributes(api);
  RINGFENCE_RETURN_IF_ERROR(
      attributes.Make(inherited, parts.job.get(), parts.console.console.get()));
  start->stdio = stdio.handles;
  start->inherit_handles = !inherited.empty();
  start->attributes = attributes.list();
  const OsError error = api.process.Create(*start, started);
  if (error.ok()) return Status::Ok();
  return Failed(Stage::kWinProcessCreate, error,
                ToUtf8(error.is(kErrorDirectory) ? start->cwd : start->application));
}

Status VerifyToken(const Win32Api& api, const CommandToken& token, Handle process) {
  Handle opened = Handle::kNone;
  if (const OsError error = api.token.OpenOfProcess(process, kTokenQuery, &opened); !error.ok()) {
    return Failed(Stage::kWinProcessToken, error);
  }
  const UniqueHandle own(api.handle, opened);
  return token.verify(own.get());
}

Status VerifyJob(const Win32Api& api, Handle process, Handle job) {
  bool inside = false;
  if (const OsError error = api.process.IsProcessInJob(process, job, &inside); !error.ok()) {
    return Failed(Stage::kWinJobMember, error);
  }
  return inside ? Status::Ok() : Status(Stage::kWinJobOutside, 0);
}

// Before the process runs: afterwards nothing may fail.
Status Watch(const Win32Api& api, LaunchParts* parts) {
  Handle wait = Handle::kNone;
  if (const OsError error =
          api.process.NotifyExit(parts->process.get(), parts->events.get(), &wait);
      !error.ok()) {
    return Failed(Stage::kWinProcessWatch, error);
  }
  parts->exit_wait = UniqueExitWait(api.process, wait);
  return Status::Ok();
}

}  // namespace

Status StartCommand(const Win32Api& api, const CommandToken& token, const LaunchPlan& plan,
                    const LaunchRequest& request, Launched* launched) {
  ProcessStart start;
  start.token = token.token;
  RINGFENCE_RETURN_IF_ERROR(Encode(api, request, &start));

  LaunchParts parts;
  parts.limits = plan.limits;
  parts.events = std::make_unique<PortKey>(request.events);
  CommandStdio stdio;
  RINGFENCE_RETURN_IF_ERROR(MakeStreams(api, request, &stdio, &parts.console));
  CommandDesktop desktop;
  RINGFENCE_RETURN_IF_ERROR(
      ChooseDesktop(api, plan.private_desktop, token.user, token.launch, &desktop));
  parts.desktop = std::move(desktop.desktop);
  start.desktop = std::move(desktop.path);
  RINGFENCE_RETURN_IF_ERROR(MakeJob(api, plan.limits, request.events, &parts.job));

  StartedProcess started;
  RINGFENCE_RETURN_IF_ERROR(Create(api, stdio, parts, &start, &started));
  SuspendedProcess process(api, started, parts.job.get());
  parts.process = UniqueHandle(api.handle, started.process);
  parts.pid = started.pid;
  stdio.owned.clear();
  RINGFENCE_RETURN_IF_ERROR(VerifyToken(api, token, started.process));
  RINGFENCE_RETURN_IF_ERROR(VerifyJob(api, started.process, parts.job.get()));
  RINGFENCE_RETURN_IF_ERROR(Watch(api, &parts));
  RINGFENCE_RETURN_IF_ERROR(process.Run());
  *launched = Launched(api, std::move(parts));
  return Status::Ok();
}

}  // namespace ringfence::win
