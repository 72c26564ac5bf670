// Calls about processes, their attributes, and jobs; one of the tables of win32_api.h.
#ifndef RINGFENCE_WIN_API_PROCESS_API_H_
#define RINGFENCE_WIN_API_PROCESS_API_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "win/api/handle.h"
#include "win/api/os_error.h"

namespace ringfence::win {

// "Process Creation Flags" on learn.microsoft.com.
constexpr uint32_t kCreateSuspended = 0x4;
constexpr uint32_t kCreateUnicodeEnvironment = 0x400;
constexpr uint32_t kExtendedStartupInfo = 0x80000;
constexpr uint32_t kCreateNoWindow = 0x8000000;

// "UpdateProcThreadAttribute function" on learn.microsoft.com.
enum class ProcessAttribute : uintptr_t {
  kHandleList = 0x20002,
  kJobList = 0x2000d,
  kPseudoConsole = 0x20016,
};

// What CreateProcessAsUserW is told. Everything borrowed.
struct ProcessStart {
  Handle token = Handle::kNone;
  std::u16string application;
  std::u16string command_line;
  // As EncodeEnvironmentBlock() writes it.
  std::u16string environment;
  std::u16string cwd;
  // Window station and desktop.
  std::u16string desktop;
  uint32_t flags = 0;
  bool inherit_handles = false;
  // With STARTF_USESTDHANDLES: kNone is no handle, and never this process's own.
  std::array<Handle, 3> stdio = {};
  // A list that InitializeAttributes() made.
  void* attributes = nullptr;
};

struct StartedProcess {
  Handle process = Handle::kNone;
  Handle thread = Handle::kNone;
  uint32_t pid = 0;
};

// 0: no limit.
struct JobLimits {
  uint64_t memory_bytes = 0;  // committed by all processes together
  uint32_t processes = 0;     // at the same time
  uint64_t cpu_100ns = 0;     // in user mode, of all processes together
};

// "JOBOBJECT_BASIC_LIMIT_INFORMATION structure" on learn.microsoft.com.
constexpr uint32_t kJobLimitTime = 0x4;
constexpr uint32_t kJobLimitActiveProcess = 0x8;
constexpr uint32_t kJobLimitMemory = 0x200;
constexpr uint32_t kJobLimitKillOnClose = 0x2000;

// Messages of a job ("JOBOBJECT_ASSOCIATE_COMPLETION_PORT structure"). Windows does not promise
// that each arrives.
constexpr uint32_t kJobMessageActiveProcessLimit = 3;
constexpr uint32_t kJobMessageActiveProcessZero = 4;
constexpr uint32_t kJobMessageMemoryLimit = 10;
// Of NotifyExit(); no number of a job.
constexpr uint32_t kExitNotice = 0x10000;

struct JobUsage {
  uint64_t user_100ns = 0;
  uint64_t kernel_100ns = 0;
  uint32_t active_processes = 0;
};

// Where a packet is to go; it must stay where it is as long as a wait uses it.
struct PortKey {
  Handle port = Handle::kNone;
  uintptr_t key = 0;
};

class ProcessApi {
 public:
  virtual ~ProcessApi() = default;

  // InitializeProcThreadAttributeList. Without `memory` it tells how many bytes a list of `count`
  // needs, which is success.
  virtual OsError InitializeAttributes(std::span<std::byte> memory, uint32_t count,
                                       size_t* needed) = 0;
  // UpdateProcThreadAttribute. `value` is not copied: it must live as long as the list.
  virtual OsError UpdateAttribute(void* list, ProcessAttribute attribute, const void* value,
                                  size_t size) = 0;
  // DeleteProcThreadAttributeList.
  virtual void DeleteAttributes(void* list) = 0;

  // CreateProcessAsUserW.
  virtual OsError Create(const ProcessStart& start, StartedProcess* started) = 0;
  // ResumeThread. `previous`: how often the thread was suspended before.
  virtual OsError Resume(Handle thread, uint32_t* previous) = 0;
  // TerminateProcess.
  virtual OsError Terminate(Handle process, uint32_t exit_code) = 0;
  // GetExitCodeProcess. Of a process that has ended.
  virtual OsError ExitCode(Handle process, uint32_t* exit_code) = 0;
  // RegisterWaitForSingleObject: when `process` has ended, PostQueuedCompletionStatus posts
  // kExitNotice to `target`, once.
  virtual OsError NotifyExit(Handle process, const PortKey* target, Handle* wait) = 0;
  // UnregisterWaitEx; waits for a notice that is under way. `wait` is not closed otherwise.
  virtual void CancelNotify(Handle wait) = 0;

  // CreateJobObjectW, without a name and not inheritable.
  virtual OsError CreateJob(Handle* job) = 0;
  // SetInformationJobObject: JobObjectExtendedLimitInformation with `flags` (kJobLimit*),
  // JobObjectAssociateCompletionPortInformation.
  virtual OsError SetJobLimits(Handle job, uint32_t flags, const JobLimits& limits) = 0;
  virtual OsError SetJobPort(Handle job, PortKey target) = 0;
  // IsProcessInJob.
  virtual OsError IsProcessInJob(Handle process, Handle job, bool* inside) = 0;
  // TerminateJobObject.
  virtual OsError TerminateJob(Handle job, uint32_t exit_code) = 0;
  // QueryInformationJobObject: JobObjectBasicAccountingInformation;
  // JobObjectExtendedLimitInformation, the most memory that all processes had committed.
  virtual OsError QueryJobUsage(Handle job, JobUsage* usage) = 0;
  virtual OsError QueryJobPeakMemory(Handle job, uint64_t* bytes) = 0;

  // GetFileAttributesW.
  virtual OsError PathAttributes(const std::u16string& path, uint32_t* attributes) = 0;
  // RtlGetVersion.
  virtual OsError BuildNumber(uint32_t* build) = 0;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_PROCESS_API_H_
