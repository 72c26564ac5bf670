#include "win_fake.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "sids.h"
#include "win_fake_tables.h"

namespace ringfence::win {
namespace {

constexpr uintptr_t kHandleStep = 4;
constexpr uint64_t kShutdownPrivilege = 19;
constexpr uint64_t kChangeNotify = 23;

}  // namespace

struct FakeWindows::Tables {
  explicit Tables(FakeWindows& windows)
      : handle(windows), token(windows), process(windows), io(windows), desktop(windows) {}

  FakeHandleApi handle;
  FakeTokenApi token;
  FakeProcessApi process;
  FakeIoApi io;
  FakeDesktopApi desktop;
  // A launch asks nothing of it: there is nothing to be asked.
  alignas(FileApi) std::array<std::byte, sizeof(FileApi)> file = {};
};

FakeWindows::FakeWindows()
    : own_token(std::make_shared<FakeToken>("own token")),
      tables_(std::make_unique<Tables>(*this)),
      api_(new Win32Api{tables_->handle, tables_->token, tables_->process, tables_->io,
                        tables_->desktop, reinterpret_cast<FileApi&>(tables_->file)}) {
  const Sid logon(5, {5, 0, 4711});
  own_token->token.user = kAlice;
  own_token->token.groups = {{kEveryone}, {kUsers}, {kAdministrators}, {logon}};
  own_token->logon = logon;
  own_token->privileges = {kShutdownPrivilege, kChangeNotify};
}

FakeWindows::~FakeWindows() = default;

Handle FakeWindows::Add(std::shared_ptr<FakeObject> object, bool inheritable) {
  const Handle handle{last_number_ += kHandleStep};
  handles_[handle] = {std::move(object), 0, inheritable, true};
  return handle;
}

OsError FakeWindows::Open(std::shared_ptr<FakeObject> object, Handle* handle, AccessMask access) {
  *handle = Handle{last_number_ += kHandleStep};
  handles_[*handle] = {std::move(object), access, false, false};
  return kNoOsError;
}

bool FakeWindows::HasAccess(Handle handle, AccessMask access) const {
  const auto found = handles_.find(handle);
  return found != handles_.end() && (access & ~found->second.access) == 0;
}

bool FakeWindows::IsInheritable(Handle handle) const {
  const auto found = handles_.find(handle);
  return found != handles_.end() && found->second.inheritable;
}

void FakeWindows::SetInheritable(Handle handle) { handles_.at(handle).inheritable = true; }

std::vector<Handle> FakeWindows::HandlesOf(const FakeObject& object) const {
  std::vector<Handle> handles;
  for (const auto& [handle, entry] : handles_) {
    if (entry.object.get() == &object) handles.push_back(handle);
  }
  return handles;
}

void FakeWindows::Close(Handle handle) {
  const auto found = handles_.find(handle);
  if (found == handles_.end()) return Blame("a handle is closed that is not open");
  if (found->second.of_test) Blame("a handle of the caller is closed");
  const std::shared_ptr<FakeObject> object = found->second.object;
  for (const auto& [id, wait] : waits_) {
    if (wait.process == object) Blame("a process is closed that is waited for");
  }
  handles_.erase(found);
  const auto* job = dynamic_cast<const FakeJob*>(object.get());
  if (job == nullptr || !HandlesOf(*job).empty()) return;
  if ((job->flags & kJobLimitKillOnClose) != 0) EndJob(*job, 0);
}

uintptr_t FakeWindows::Make(const std::string& kind) {
  things_[last_number_ += kHandleStep] = kind;
  return last_number_;
}

void FakeWindows::Unmake(const std::string& kind, uintptr_t id) {
  const auto found = things_.find(id);
  if (found == things_.end() || found->second != kind) return Blame("there is no such " + kind);
  things_.erase(found);
}

std::vector<std::shared_ptr<FakeObject>> FakeWindows::Inheritable() const {
  std::vector<std::shared_ptr<FakeObject>> objects;
  for (const auto& [handle, entry] : handles_) {
    if (entry.inheritable) objects.push_back(entry.object);
  }
  return objects;
}

void FakeWindows::Start(std::shared_ptr<FakeProcess> process) {
  process->pid = static_cast<uint32_t>(last_number_ += kHandleStep);
  processes_.push_back(std::move(process));
}

void FakeWindows::End(FakeProcess& process, uint32_t exit_code) {
  if (!process.alive) return;
  process.alive = false;
  process.exit_code = exit_code;
  for (const auto& [id, wait] : waits_) {
    if (wait.process.get() == &process) Post(*wait.target, kExitNotice);
  }
  if (process.job == nullptr) return;
  const bool others = std::ranges::any_of(
      processes_, [&](const auto& other) { return other->alive && other->job == process.job; });
  if (!others) Post(process.job->target, kJobMessageActiveProcessZero);
}

void FakeWindows::EndJob(const FakeJob& job, uint32_t exit_code) {
  for (const auto& process : processes_) {
    if (process->job.get() == &job) End(*process, exit_code);
  }
}

void FakeWindows::NotifyExit(uintptr_t wait, std::shared_ptr<FakeProcess> process,
                             const PortKey* target) {
  waits_[wait] = {std::move(process), target};
}

void FakeWindows::CancelNotify(uintptr_t wait) { waits_.erase(wait); }

void FakeWindows::Post(PortKey target, uint32_t number, uintptr_t overlapped) {
  const auto port = Find<FakePort>(target.port);
  if (port != nullptr) port->packets.push_back({target.key, number, overlapped, kNoOsError});
}

std::vector<std::string> FakeWindows::Leftovers() const {
  std::vector<std::string> found = mistakes_;
  for (const auto& [handle, entry] : handles_) {
    if (!entry.of_test) found.push_back("open handle of " + entry.object->name);
  }
  for (const auto& [id, kind] : things_) found.push_back("open " + kind);
  for (const auto& process : processes_) {
    if (process->alive) found.push_back("live process");
  }
  return found;
}

}  // namespace ringfence::win
