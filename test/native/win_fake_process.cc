#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>

#include "win_fake.h"
#include "win_fake_tables.h"

namespace ringfence::win {
namespace {

constexpr size_t kListHeader = 48;
constexpr size_t kListEntry = 24;
constexpr AccessMask kAccessToStart = kTokenAssignPrimary | kTokenDuplicate | kTokenQuery;

}  // namespace

FakeProcessApi::~FakeProcessApi() = default;

OsError FakeProcessApi::InitializeAttributes(std::span<std::byte> memory, uint32_t count,
                                             size_t* needed) {
  if (const OsError error = windows_.calls().Begin("InitializeProcThreadAttributeList");
      !error.ok()) {
    return error;
  }
  *needed = kListHeader + kListEntry * count;
  if (memory.empty()) return kNoOsError;
  if (memory.size() < *needed) return Win32Error(kErrorInsufficientBuffer);
  lists_[memory.data()] = {windows_.Make("attribute list"), count, {}};
  return kNoOsError;
}

OsError FakeProcessApi::UpdateAttribute(void* list, ProcessAttribute attribute, const void* value,
                                        size_t size) {
  const char* detail = attribute == ProcessAttribute::kHandleList ? "handles"
                       : attribute == ProcessAttribute::kJobList  ? "job"
                                                                  : "console";
  if (const OsError error = windows_.calls().Begin("UpdateProcThreadAttribute", detail);
      !error.ok()) {
    return error;
  }
  const auto found = lists_.find(list);
  if (found == lists_.end() || size == 0) return Win32Error(kErrorInvalidParameter);
  found->second.attributes[attribute] = {value, size};
  return found->second.attributes.size() <= found->second.room ? kNoOsError
                                                               : Win32Error(kErrorInvalidParameter);
}

void FakeProcessApi::DeleteAttributes(void* list) {
  windows_.calls().Record("DeleteProcThreadAttributeList");
  const auto found = lists_.find(list);
  if (found == lists_.end()) return windows_.Blame("no attribute list is deleted");
  windows_.Unmake("attribute list", found->second.id);
  lists_.erase(found);
}

OsError FakeProcessApi::CheckStart(const ProcessStart& start) const {
  const auto token = windows_.Find<FakeToken>(start.token);
  if (token == nullptr) return Win32Error(kErrorInvalidHandle);
  if (!windows_.HasAccess(start.token, kAccessToStart)) return Win32Error(kErrorAccessDenied);
  if (const auto error = windows_.create_errors.find(start.application);
      error != windows_.create_errors.end()) {
    return Win32Error(error->second);
  }
  const auto file = windows_.files.find(start.application);
  if (file == windows_.files.end()) return Win32Error(kErrorFileNotFound);
  if ((file->second & kFileAttributeDirectory) != 0) return Win32Error(kErrorAccessDenied);
  const auto cwd = windows_.files.find(start.cwd);
  const bool is_directory =
      cwd != windows_.files.end() && (cwd->second & kFileAttributeDirectory) != 0;
  return is_directory ? kNoOsError : Win32Error(kErrorDirectory);
}

OsError FakeProcessApi::TakeHandleList(const ProcessStart& start, const Attribute& list,
                                       FakeProcess* process) const {
  const std::span handles(static_cast<const Handle*>(list.value), list.size / sizeof(Handle));
  std::set<Handle> listed;
  for (const Handle handle : handles) {
    const bool is_new = listed.insert(handle).second;
    if (!is_new || !start.inherit_handles || !windows_.IsInheritable(handle)) {
      return Win32Error(kErrorInvalidParameter);
    }
    process->inherited.push_back(windows_.Find<FakeObject>(handle));
  }
  return kNoOsError;
}

OsError FakeProcessApi::TakeAttributes(const ProcessStart& start, FakeProcess* process) const {
  const auto list = lists_.find(start.attributes);
  if (list == lists_.end()) return Win32Error(kErrorInvalidParameter);
  const auto& attributes = list->second.attributes;
  if (const auto found = attributes.find(ProcessAttribute::kPseudoConsole);
      found != attributes.end()) {
    process->console = Console{reinterpret_cast<uintptr_t>(found->second.value)};
  }
  if (const auto found = attributes.find(ProcessAttribute::kJobList);
      found != attributes.end() && !windows_.lies.ignores_job) {
    process->job = windows_.Find<FakeJob>(*static_cast<const Handle*>(found->second.value));
    if (process->job == nullptr) return Win32Error(kErrorInvalidHandle);
  }
  if (const auto found = attributes.find(ProcessAttribute::kHandleList);
      found != attributes.end()) {
    return TakeHandleList(start, found->second, process);
  }
  if (start.inherit_handles) process->inherited = windows_.Inheritable();
  return kNoOsError;
}

OsError FakeProcessApi::Create(const ProcessStart& start, StartedProcess* started) {
  if (const OsError error = windows_.calls().Begin("CreateProcessAsUserW"); !error.ok()) {
    return error;
  }
  if (const OsError error = CheckStart(start); !error.ok()) return error;
  auto process = std::make_shared<FakeProcess>("process");
  if (const OsError error = TakeAttributes(start, process.get()); !error.ok()) return error;
  process->start = start;
  process->token =
      windows_.lies.ignores_token ? windows_.own_token : windows_.Find<FakeToken>(start.token);
  process->suspended = (start.flags & kCreateSuspended) != 0 ? 1 : 0;
  process->ran = process->suspended == 0;
  windows_.Start(process);
  started->pid = process->pid;
  auto thread = std::make_shared<FakeThread>("thread");
  thread->process = process;
  static_cast<void>(windows_.Open(std::move(process), &started->process));
  return windows_.Open(std::move(thread), &started->thread);
}

OsError FakeProcessApi::Resume(Handle thread, uint32_t* previous) {
  if (const OsError error = windows_.calls().Begin("ResumeThread"); !error.ok()) return error;
  const auto found = windows_.Find<FakeThread>(thread);
  if (found == nullptr) return Win32Error(kErrorInvalidHandle);
  FakeProcess& process = *found->process;
  // Somebody else has suspended it again, or has resumed it.
  if (windows_.lies.resume_count) process.suspended = *windows_.lies.resume_count;
  *previous = process.suspended;
  if (process.suspended > 0) --process.suspended;
  process.ran = process.suspended == 0;
  return kNoOsError;
}

OsError FakeProcessApi::Terminate(Handle process, uint32_t exit_code) {
  if (const OsError error = windows_.calls().Begin("TerminateProcess"); !error.ok()) return error;
  const auto found = windows_.Find<FakeProcess>(process);
  if (found == nullptr) return Win32Error(kErrorInvalidHandle);
  windows_.End(*found, exit_code);
  return kNoOsError;
}

OsError FakeProcessApi::ExitCode(Handle process, uint32_t* exit_code) {
  if (const OsError error = windows_.calls().Begin("GetExitCodeProcess"); !error.ok()) {
    return error;
  }
  const auto found = windows_.Find<FakeProcess>(process);
  if (found == nullptr) return Win32Error(kErrorInvalidHandle);
  *exit_code = found->exit_code;
  return kNoOsError;
}

OsError FakeProcessApi::NotifyExit(Handle process, const PortKey* target, Handle* wait) {
  if (const OsError error = windows_.calls().Begin("RegisterWaitForSingleObject"); !error.ok()) {
    return error;
  }
  auto found = windows_.Find<FakeProcess>(process);
  if (found == nullptr) return Win32Error(kErrorInvalidHandle);
  *wait = Handle{windows_.Make("wait")};
  windows_.NotifyExit(static_cast<uintptr_t>(*wait), std::move(found), target);
  return kNoOsError;
}

void FakeProcessApi::CancelNotify(Handle wait) {
  windows_.calls().Record("UnregisterWaitEx");
  windows_.Unmake("wait", static_cast<uintptr_t>(wait));
  windows_.CancelNotify(static_cast<uintptr_t>(wait));
}

OsError FakeProcessApi::PathAttributes(const std::u16string& path, uint32_t* attributes) {
  if (const OsError error = windows_.calls().Begin("GetFileAttributesW"); !error.ok()) {
    return error;
  }
  const auto found = windows_.files.find(path);
  if (found == windows_.files.end()) return Win32Error(kErrorFileNotFound);
  *attributes = found->second;
  return kNoOsError;
}

OsError FakeProcessApi::BuildNumber(uint32_t* build) {
  if (const OsError error = windows_.calls().Begin("RtlGetVersion"); !error.ok()) return error;
  *build = windows_.build;
  return kNoOsError;
}

}  // namespace ringfence::win
