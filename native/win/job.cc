#include "win/job.h"

#include <utility>

namespace ringfence::win {
namespace {

uint32_t LimitFlags(const JobLimits& limits) {
  // Leaving the job is allowed by a flag, which is not set.
  uint32_t flags = kJobLimitKillOnClose;
  if (limits.memory_bytes != 0) flags |= kJobLimitMemory;
  if (limits.processes != 0) flags |= kJobLimitActiveProcess;
  if (limits.cpu_100ns != 0) flags |= kJobLimitTime;
  return flags;
}

}  // namespace

Status MakeJob(const Win32Api& api, const JobLimits& limits, PortKey target, UniqueHandle* job) {
  Handle handle = Handle::kNone;
  if (const OsError error = api.process.CreateJob(&handle); !error.ok()) {
    return Failed(Stage::kWinJobMake, error);
  }
  UniqueHandle made(api.handle, handle);
  if (const OsError error = api.process.SetJobLimits(handle, LimitFlags(limits), limits);
      !error.ok()) {
    return Failed(Stage::kWinJobLimit, error);
  }
  if (const OsError error = api.process.SetJobPort(handle, target); !error.ok()) {
    return Failed(Stage::kWinJobPort, error);
  }
  *job = std::move(made);
  return Status::Ok();
}

Status QueryUsage(const Win32Api& api, Handle job, Usage* usage) {
  JobUsage counted;
  if (const OsError error = api.process.QueryJobUsage(job, &counted); !error.ok()) {
    return Failed(Stage::kWinJobQuery, error);
  }
  uint64_t peak = 0;
  if (const OsError error = api.process.QueryJobPeakMemory(job, &peak); !error.ok()) {
    return Failed(Stage::kWinJobQuery, error);
  }
  *usage = {counted.user_100ns / kTicksPerMicrosecond, counted.kernel_100ns / kTicksPerMicrosecond,
            peak, counted.active_processes};
  return Status::Ok();
}

}  // namespace ringfence::win
