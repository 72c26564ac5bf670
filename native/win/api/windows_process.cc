#include <bit>

#include "win/api/windows_api.h"
#include "win/api/windows_calls.h"

namespace ringfence::win {
namespace {

LPPROC_THREAD_ATTRIBUTE_LIST AttributeList(void* list) {
  return static_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(list);
}

template <typename Information>
OsError SetJob(Handle job, JOBOBJECTINFOCLASS information_class, Information information) {
  return Call([&] {
    return SetInformationJobObject(ToSystem(job), information_class, &information,
                                   sizeof information);
  });
}

template <typename Information>
OsError QueryJob(Handle job, JOBOBJECTINFOCLASS information_class, Information* information) {
  return Call([&] {
    return QueryInformationJobObject(ToSystem(job), information_class, information,
                                     sizeof *information, nullptr);
  });
}

// Runs on a thread of the system's pool. A post that fails leaves nobody to tell; the job's own
// packets end such a launch.
void CALLBACK PostExit(void* target, BOOLEAN) {
  const auto* port_key = static_cast<const PortKey*>(target);
  PostQueuedCompletionStatus(ToSystem(port_key->port), kExitNotice, port_key->key, nullptr);
}

class Calls final : public ProcessApi {
 public:
  OsError InitializeAttributes(std::span<std::byte> memory, uint32_t count,
                               size_t* needed) override {
    SIZE_T size = memory.size();
    void* list = memory.empty() ? nullptr : memory.data();
    const OsError error = Call(
        [&] { return InitializeProcThreadAttributeList(AttributeList(list), count, 0, &size); });
    if (memory.empty() ? !error.is(ERROR_INSUFFICIENT_BUFFER) : !error.ok()) return error;
    *needed = size;
    return kNoOsError;
  }

  OsError UpdateAttribute(void* list, ProcessAttribute attribute, const void* value,
                          size_t size) override {
    return Call([&] {
      return UpdateProcThreadAttribute(AttributeList(list), 0, static_cast<DWORD_PTR>(attribute),
                                       const_cast<void*>(value), size, nullptr, nullptr);
    });
  }

  void DeleteAttributes(void* list) override { DeleteProcThreadAttributeList(AttributeList(list)); }

  OsError Create(const ProcessStart& start, StartedProcess* started) override {
    // Windows may write into these two.
    std::u16string command_line = start.command_line;
    std::u16string desktop = start.desktop;
    STARTUPINFOEXW info = {};
    info.StartupInfo.cb = sizeof info;
    info.StartupInfo.lpDesktop = ToSystem(&desktop);
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    info.StartupInfo.hStdInput = ToSystem(start.stdio[0]);
    info.StartupInfo.hStdOutput = ToSystem(start.stdio[1]);
    info.StartupInfo.hStdError = ToSystem(start.stdio[2]);
    info.lpAttributeList = AttributeList(start.attributes);
    PROCESS_INFORMATION made = {};
    const OsError error = Call([&] {
      return CreateProcessAsUserW(ToSystem(start.token), ToSystem(start.application),
                                  ToSystem(&command_line), nullptr, nullptr, start.inherit_handles,
                                  start.flags, const_cast<char16_t*>(start.environment.data()),
                                  ToSystem(start.cwd), &info.StartupInfo, &made);
    });
    if (error.ok()) {
      *started = {FromSystem(made.hProcess), FromSystem(made.hThread), made.dwProcessId};
    }
    return error;
  }

  OsError Resume(Handle thread, uint32_t* previous) override {
    constexpr DWORD kFailed = 0xffffffff;
    DWORD count = kFailed;
    const OsError error = Call([&] { return (count = ResumeThread(ToSystem(thread))) != kFailed; });
    if (error.ok()) *previous = count;
    return error;
  }

  OsError Terminate(Handle process, uint32_t exit_code) override {
    return Call([&] { return TerminateProcess(ToSystem(process), exit_code); });
  }

  OsError ExitCode(Handle process, uint32_t* exit_code) override {
    DWORD code = 0;
    const OsError error = Call([&] { return GetExitCodeProcess(ToSystem(process), &code); });
    if (error.ok()) *exit_code = code;
    return error;
  }

  OsError NotifyExit(Handle process, const PortKey* target, Handle* wait) override {
    HANDLE made = nullptr;
    const OsError error = Call([&] {
      return RegisterWaitForSingleObject(&made, ToSystem(process), PostExit,
                                         const_cast<PortKey*>(target), INFINITE,
                                         WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD);
    });
    if (error.ok()) *wait = FromSystem(made);
    return error;
  }

  void CancelNotify(Handle wait) override {
    UnregisterWaitEx(ToSystem(wait), INVALID_HANDLE_VALUE);
  }

  OsError CreateJob(Handle* job) override {
    return CallForHandle([] { return CreateJobObjectW(nullptr, nullptr); }, job);
  }

  OsError SetJobLimits(Handle job, uint32_t flags, const JobLimits& limits) override {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION information = {};
    information.BasicLimitInformation.LimitFlags = flags;
    information.BasicLimitInformation.ActiveProcessLimit = limits.processes;
    information.BasicLimitInformation.PerJobUserTimeLimit.QuadPart =
        static_cast<LONGLONG>(limits.cpu_100ns);
    information.JobMemoryLimit = static_cast<SIZE_T>(limits.memory_bytes);
    return SetJob(job, JobObjectExtendedLimitInformation, information);
  }

  OsError SetJobPort(Handle job, PortKey target) override {
    return SetJob(job, JobObjectAssociateCompletionPortInformation,
                  JOBOBJECT_ASSOCIATE_COMPLETION_PORT{reinterpret_cast<void*>(target.key),
                                                      ToSystem(target.port)});
  }

  OsError IsProcessInJob(Handle process, Handle job, bool* inside) override {
    BOOL result = FALSE;
    const OsError error =
        Call([&] { return ::IsProcessInJob(ToSystem(process), ToSystem(job), &result); });
    if (error.ok()) *inside = result != FALSE;
    return error;
  }

  OsError TerminateJob(Handle job, uint32_t exit_code) override {
    return Call([&] { return TerminateJobObject(ToSystem(job), exit_code); });
  }

  OsError QueryJobUsage(Handle job, JobUsage* usage) override {
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION found = {};
    const OsError error = QueryJob(job, JobObjectBasicAccountingInformation, &found);
    if (error.ok()) {
      *usage = {static_cast<uint64_t>(found.TotalUserTime.QuadPart),
                static_cast<uint64_t>(found.TotalKernelTime.QuadPart), found.ActiveProcesses};
    }
    return error;
  }

  OsError QueryJobPeakMemory(Handle job, uint64_t* bytes) override {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION found = {};
    const OsError error = QueryJob(job, JobObjectExtendedLimitInformation, &found);
    if (error.ok()) *bytes = found.PeakJobMemoryUsed;
    return error;
  }

  OsError PathAttributes(const std::u16string& path, uint32_t* attributes) override {
    DWORD found = INVALID_FILE_ATTRIBUTES;
    const OsError error = Call(
        [&] { return (found = GetFileAttributesW(ToSystem(path))) != INVALID_FILE_ATTRIBUTES; });
    if (error.ok()) *attributes = found;
    return error;
  }

  // GetVersionEx tells the version that this process' manifest knows of.
  OsError BuildNumber(uint32_t* build) override {
    using RtlGetVersionFunction = LONG(WINAPI*)(OSVERSIONINFOW*);
    FARPROC address = nullptr;
    const OsError error = Call([&] {
      address = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion");
      return address != nullptr;
    });
    if (!error.ok()) return error;
    OSVERSIONINFOW version = {};
    version.dwOSVersionInfoSize = sizeof version;
    // Compilers warn about a cast of one function type into another.
    std::bit_cast<RtlGetVersionFunction>(address)(&version);
    *build = version.dwBuildNumber;
    return kNoOsError;
  }
};

}  // namespace

ProcessApi& WindowsProcess() {
  static Calls calls;
  return calls;
}

}  // namespace ringfence::win
