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

// A job whose processes end when its last handle is closed, and cannot leave it. Its messages go to
// `target`.
//
// It has no limits of the user interface (JobObjectBasicUIRestrictions): Windows does not nest a
// job that has them ("AssignProcessToJobObject function"), and most programs that run commands,
// such as editors and terminals, are in a job themselves. What keeps a command from the windows of
// others is the desktop; see desktop.h.
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
