#include "win/launched.h"

#include <utility>

namespace ringfence::win {

Launched::Launched(const Win32Api& api, LaunchParts parts) : api_(&api), parts_(std::move(parts)) {}

void Launched::Take(const Completion& completion) {
  switch (completion.number) {
    case kExitNotice:
      exited_ = true;
      break;
    case kJobMessageActiveProcessZero:
      empty_ = true;
      break;
    case kJobMessageMemoryLimit:
      if (!limit_) limit_ = JobLimit::kMemory;
      break;
    case kJobMessageActiveProcessLimit:
      if (!limit_) limit_ = JobLimit::kProcesses;
      break;
    default:
      break;
  }
}

Status Launched::Look() {
  Usage usage;
  RINGFENCE_RETURN_IF_ERROR(ReadUsage(&usage));
  if (usage.active_processes == 0) empty_ = true;
  const uint64_t most_us = parts_.limits.cpu_100ns / kTicksPerMicrosecond;
  if (!limit_ && most_us != 0 && usage.user_us >= most_us) limit_ = JobLimit::kCpu;
  return Status::Ok();
}

Status Launched::ExitCode(uint32_t* exit_code) const {
  const OsError error = api_->process.ExitCode(parts_.process.get(), exit_code);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinProcessWait, error);
}

Status Launched::ReadUsage(Usage* usage) const {
  return QueryUsage(*api_, parts_.job.get(), usage);
}

Status Launched::Kill(uint32_t exit_code) {
  const OsError error = api_->process.TerminateJob(parts_.job.get(), exit_code);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinJobKill, error);
}

UniqueHandle Launched::TakeTerminalInput() { return std::move(parts_.console.input); }

UniqueHandle Launched::TakeTerminalOutput() { return std::move(parts_.console.output); }

Status Launched::Resize(TerminalSize size) {
  const OsError error = api_->io.ResizeConsole(parts_.console.console.get(), size);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinConsoleResize, error);
}

void Launched::CloseConsole() { parts_.console.console.Reset(); }

}  // namespace ringfence::win
