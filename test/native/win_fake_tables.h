// The tables of calls of a simulated Windows.
#ifndef RINGFENCE_TEST_NATIVE_WIN_FAKE_TABLES_H_
#define RINGFENCE_TEST_NATIVE_WIN_FAKE_TABLES_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "win/api/win32_api.h"
#include "win_fake.h"

namespace ringfence::win {

class FakeHandleApi final : public HandleApi {
 public:
  explicit FakeHandleApi(FakeWindows& windows) : windows_(windows) {}
  void Close(Handle handle) override;
  OsError Duplicate(Handle handle, bool inheritable, Handle* duplicate) override;
  OsError Wait(Handle handle, uint32_t milliseconds, bool* signaled) override;

 private:
  FakeWindows& windows_;
};

class FakeTokenApi final : public TokenApi {
 public:
  explicit FakeTokenApi(FakeWindows& windows) : windows_(windows) {}
  OsError OpenOwn(AccessMask access, Handle* token) override;
  OsError OpenOfProcess(Handle process, AccessMask access, Handle* token) override;
  OsError Query(Handle token, TokenClass information, TokenInformation* found) override;
  OsError Restrict(Handle token, uint32_t flags, std::span<const Sid> restricting,
                   Handle* restricted) override;
  OsError SetDefaultDacl(Handle token, std::span<const uint8_t> acl) override;
  OsError DuplicateForCheck(Handle token, Handle* duplicate) override;
  OsError CheckAccess(Handle impersonation_token, std::span<const uint8_t> descriptor,
                      AccessMask desired, bool* allowed) override;
  OsError Random(std::span<uint8_t> bytes) override;

 private:
  FakeWindows& windows_;
};

class FakeProcessApi final : public ProcessApi {
 public:
  explicit FakeProcessApi(FakeWindows& windows) : windows_(windows) {}
  ~FakeProcessApi() override;
  OsError InitializeAttributes(std::span<std::byte> memory, uint32_t count,
                               size_t* needed) override;
  OsError UpdateAttribute(void* list, ProcessAttribute attribute, const void* value,
                          size_t size) override;
  void DeleteAttributes(void* list) override;
  OsError Create(const ProcessStart& start, StartedProcess* started) override;
  OsError Resume(Handle thread, uint32_t* previous) override;
  OsError Terminate(Handle process, uint32_t exit_code) override;
  OsError ExitCode(Handle process, uint32_t* exit_code) override;
  OsError NotifyExit(Handle process, const PortKey* target, Handle* wait) override;
  void CancelNotify(Handle wait) override;
  OsError CreateJob(Handle* job) override;
  OsError SetJobLimits(Handle job, uint32_t flags, const JobLimits& limits) override;
  OsError SetJobPort(Handle job, PortKey target) override;
  OsError IsProcessInJob(Handle process, Handle job, bool* inside) override;
  OsError TerminateJob(Handle job, uint32_t exit_code) override;
  OsError QueryJobUsage(Handle job, JobUsage* usage) override;
  OsError QueryJobPeakMemory(Handle job, uint64_t* bytes) override;
  OsError PathAttributes(const std::u16string& path, uint32_t* attributes) override;
  OsError BuildNumber(uint32_t* build) override;

 private:
  struct Attribute {
    const void* value;
    size_t size;
  };
  struct AttributeList {
    uintptr_t id;
    uint32_t room;
    std::map<ProcessAttribute, Attribute> attributes;
  };

  OsError CheckStart(const ProcessStart& start) const;
  // Reads what the attributes point to, as late as Windows does.
  OsError TakeAttributes(const ProcessStart& start, FakeProcess* process) const;
  OsError TakeHandleList(const ProcessStart& start, const Attribute& list,
                         FakeProcess* process) const;

  FakeWindows& windows_;
  std::map<void*, AttributeList> lists_;
};

class FakeIoApi final : public IoApi {
 public:
  explicit FakeIoApi(FakeWindows& windows) : windows_(windows) {}
  OsError CreatePipe(const std::u16string& name, PipeDirection direction,
                     std::span<const uint8_t> descriptor, Handle* pipe) override;
  OsError OpenPipe(const std::u16string& name, PipeDirection direction, Handle* pipe) override;
  OsError OpenNull(Handle* file) override;
  OsError CreateConsole(TerminalSize size, Handle input, Handle output, Console* console) override;
  OsError ResizeConsole(Console console, TerminalSize size) override;
  void CloseConsole(Console console) override;
  OsError CreatePort(Handle* port) override;
  OsError AssociatePort(Handle file, Handle port, uintptr_t key) override;
  OsError Post(Handle port, uintptr_t key, uint32_t number) override;
  OsError WaitCompletion(Handle port, uint32_t milliseconds, bool* got,
                         Completion* completion) override;
  // Not simulated: they fail.
  OsError StartRead(Handle file, std::span<uint8_t> bytes, Overlapped* overlapped) override;
  OsError StartWrite(Handle file, std::span<const uint8_t> bytes, Overlapped* overlapped) override;
  OsError Cancel(Handle file, Overlapped* overlapped) override;

 private:
  FakeWindows& windows_;
};

class FakeDesktopApi final : public DesktopApi {
 public:
  explicit FakeDesktopApi(FakeWindows& windows) : windows_(windows) {}
  OsError OwnStation(WindowStation* station) override;
  OsError OwnDesktop(Desktop* desktop) override;
  OsError StationFlags(WindowStation station, uint32_t* flags) override;
  OsError StationName(WindowStation station, std::u16string* name) override;
  OsError DesktopName(Desktop desktop, std::u16string* name) override;
  OsError MakeDesktop(const std::u16string& name, std::span<const uint8_t> descriptor,
                      Desktop* desktop) override;
  void CloseDesktop(Desktop desktop) override;

 private:
  FakeWindows& windows_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WIN_FAKE_TABLES_H_
