#include <memory>

#include "win_fake.h"
#include "win_fake_tables.h"

namespace ringfence::win {

OsError FakeProcessApi::CreateJob(Handle* job) {
  if (const OsError error = windows_.calls().Begin("CreateJobObjectW"); !error.ok()) return error;
  return windows_.Open(std::make_shared<FakeJob>("job"), job);
}

OsError FakeProcessApi::SetJobLimits(Handle job, uint32_t flags, const JobLimits& limits) {
  if (const OsError error = windows_.calls().Begin("SetInformationJobObject", "limits");
      !error.ok()) {
    return error;
  }
  const auto found = windows_.Find<FakeJob>(job);
  if (found == nullptr) return Win32Error(kErrorInvalidHandle);
  found->flags = flags;
  found->limits = limits;
  return kNoOsError;
}

OsError FakeProcessApi::SetJobPort(Handle job, PortKey target) {
  if (const OsError error = windows_.calls().Begin("SetInformationJobObject", "port");
      !error.ok()) {
    return error;
  }
  const auto found = windows_.Find<FakeJob>(job);
  if (found == nullptr || windows_.Find<FakePort>(target.port) == nullptr) {
    return Win32Error(kErrorInvalidHandle);
  }
  found->target = target;
  return kNoOsError;
}

OsError FakeProcessApi::IsProcessInJob(Handle process, Handle job, bool* inside) {
  if (const OsError error = windows_.calls().Begin("IsProcessInJob"); !error.ok()) {
    return error;
  }
  const auto asked = windows_.Find<FakeProcess>(process);
  if (asked == nullptr) return Win32Error(kErrorInvalidHandle);
  *inside = asked->job != nullptr && asked->job == windows_.Find<FakeJob>(job);
  return kNoOsError;
}

OsError FakeProcessApi::TerminateJob(Handle job, uint32_t exit_code) {
  if (const OsError error = windows_.calls().Begin("TerminateJobObject"); !error.ok()) {
    return error;
  }
  const auto found = windows_.Find<FakeJob>(job);
  if (found == nullptr) return Win32Error(kErrorInvalidHandle);
  windows_.EndJob(*found, exit_code);
  return kNoOsError;
}

OsError FakeProcessApi::QueryJobUsage(Handle job, JobUsage* usage) {
  if (const OsError error = windows_.calls().Begin("QueryInformationJobObject", "usage");
      !error.ok()) {
    return error;
  }
  const auto found = windows_.Find<FakeJob>(job);
  if (found == nullptr) return Win32Error(kErrorInvalidHandle);
  *usage = windows_.usage;
  for (const auto& process : windows_.processes()) {
    if (process->job == found && process->alive) ++usage->active_processes;
  }
  return kNoOsError;
}

OsError FakeProcessApi::QueryJobPeakMemory(Handle job, uint64_t* bytes) {
  if (const OsError error = windows_.calls().Begin("QueryInformationJobObject", "memory");
      !error.ok()) {
    return error;
  }
  if (windows_.Find<FakeJob>(job) == nullptr) return Win32Error(kErrorInvalidHandle);
  *bytes = windows_.peak_memory;
  return kNoOsError;
}

}  // namespace ringfence::win
