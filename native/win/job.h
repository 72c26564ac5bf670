// The job that all processes of a command are in: it holds the limits, counts, and ends them.
//
// References: "Job Objects", "Nested Jobs", "JOBOBJECT_EXTENDED_LIMIT_INFORMATION structure" on
// learn.microsoft.com.
#ifndef RINGFENCE_WIN_JOB_H_
#define RINGFENCE_WIN_JOB_H_

#include <cstdint>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/unique_handle.h"

namespace ringfence::win {

// Windows counts CPU time in units of 100 ns.
constexpr uint64_t kTicksPerMicrosecond = 10;

// Whether MakeJob() sets limits of the user interface. Not when this process is in a job itself:
// Windows does not nest a job with such limits.
Status CanLimitUi(const Win32Api& api, bool* can);

// A job whose processes end when its last handle is closed, and cannot leave it. Its messages go to
// `target`.
//
// Clipboard, global atoms, handles to windows of others and the like are refused to it where
// CanLimitUi().
Status MakeJob(const Win32Api& api, const JobLimits& limits, PortKey target, UniqueHandle* job);

// What a job has used, all processes together, those that have ended too.
struct Usage {
  uint64_t user_us = 0;
  uint64_t system_us = 0;
  uint64_t peak_memory_bytes = 0;
  uint32_t active_processes = 0;
};

Status QueryUsage(const Win32Api& api, Handle job, Usage* usage);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_JOB_H_
