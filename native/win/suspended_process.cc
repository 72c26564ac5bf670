#include "win/suspended_process.h"

namespace ringfence::win {
namespace {

constexpr uint32_t kNotRunExitCode = 1;
constexpr uint32_t kLongestEndMs = 10'000;

}  // namespace

SuspendedProcess::SuspendedProcess(const Win32Api& api, const StartedProcess& started, Handle job)
    : api_(api), process_(started.process), thread_(api.handle, started.thread), job_(job) {}

SuspendedProcess::~SuspendedProcess() {
  if (running_) return;
  const bool terminated = api_.process.Terminate(process_, kNotRunExitCode).ok();
  const bool emptied = api_.process.TerminateJob(job_, kNotRunExitCode).ok();
  // Where neither worked there is no end to wait for; the job's handle ends the process with it.
  if (!terminated && !emptied) return;
  bool ended = false;
  // The end is under way and cannot be hurried; there is nothing to do about an answer.
  static_cast<void>(api_.handle.Wait(process_, kLongestEndMs, &ended));
}

Status SuspendedProcess::Run() {
  uint32_t previous = 0;
  if (const OsError error = api_.process.Resume(thread_.get(), &previous); !error.ok()) {
    return Failed(Stage::kWinProcessResume, error);
  }
  if (previous != 1) return Status(Stage::kWinProcessResumeCount, 0);
  running_ = true;
  return Status::Ok();
}

}  // namespace ringfence::win
