#include <memory>

#include "win_fake.h"
#include "win_fake_tables.h"

namespace ringfence::win {

void FakeHandleApi::Close(Handle handle) {
  windows_.calls().Record("CloseHandle");
  windows_.Close(handle);
}

OsError FakeHandleApi::Duplicate(Handle handle, bool inheritable, Handle* duplicate) {
  if (const OsError error = windows_.calls().Begin("DuplicateHandle"); !error.ok()) return error;
  auto object = windows_.Find<FakeObject>(handle);
  if (object == nullptr) return Win32Error(kErrorInvalidHandle);
  const OsError error = windows_.Open(std::move(object), duplicate);
  if (inheritable) windows_.SetInheritable(*duplicate);
  return error;
}

OsError FakeHandleApi::Wait(Handle handle, uint32_t milliseconds, bool* signaled) {
  if (const OsError error = windows_.calls().Begin("WaitForSingleObject"); !error.ok()) {
    return error;
  }
  const auto process = windows_.Find<FakeProcess>(handle);
  if (process == nullptr) return Win32Error(kErrorInvalidHandle);
  if (process->alive && milliseconds == kForever) windows_.Blame("a wait that never ends");
  *signaled = !process->alive;
  return kNoOsError;
}

OsError FakeIoApi::CreatePipe(const std::u16string& name, PipeDirection,
                              std::span<const uint8_t> descriptor, Handle* pipe) {
  if (const OsError error = windows_.calls().Begin("CreateNamedPipeW"); !error.ok()) return error;
  if (!name.starts_with(u"\\\\.\\pipe\\") || descriptor.empty()) {
    return Win32Error(kErrorInvalidParameter);
  }
  return windows_.Open(std::make_shared<FakeFile>("our end of a pipe"), pipe);
}

OsError FakeIoApi::OpenPipe(const std::u16string&, PipeDirection, Handle* pipe) {
  if (const OsError error = windows_.calls().Begin("CreateFileW", "pipe"); !error.ok()) {
    return error;
  }
  return windows_.Open(std::make_shared<FakeFile>("the command's end of a pipe"), pipe);
}

OsError FakeIoApi::OpenNull(Handle* file) {
  if (const OsError error = windows_.calls().Begin("CreateFileW", "NUL"); !error.ok()) {
    return error;
  }
  return windows_.Open(std::make_shared<FakeFile>("NUL"), file);
}

OsError FakeIoApi::CreateConsole(TerminalSize, Handle input, Handle output, Console* console) {
  if (const OsError error = windows_.calls().Begin("CreatePseudoConsole"); !error.ok()) {
    return error;
  }
  if (windows_.Find<FakeFile>(input) == nullptr || windows_.Find<FakeFile>(output) == nullptr) {
    return Win32Error(kErrorInvalidHandle);
  }
  *console = Console{windows_.Make("console")};
  return kNoOsError;
}

OsError FakeIoApi::ResizeConsole(Console, TerminalSize) {
  return windows_.calls().Begin("ResizePseudoConsole");
}

void FakeIoApi::CloseConsole(Console console) {
  windows_.calls().Record("ClosePseudoConsole");
  windows_.Unmake("console", static_cast<uintptr_t>(console));
}

OsError FakeIoApi::CreatePort(Handle* port) {
  if (const OsError error = windows_.calls().Begin("CreateIoCompletionPort", "new"); !error.ok()) {
    return error;
  }
  return windows_.Open(std::make_shared<FakePort>("port"), port);
}

OsError FakeIoApi::AssociatePort(Handle file, Handle port, uintptr_t) {
  if (const OsError error = windows_.calls().Begin("CreateIoCompletionPort", "file"); !error.ok()) {
    return error;
  }
  const bool known =
      windows_.Find<FakeFile>(file) != nullptr && windows_.Find<FakePort>(port) != nullptr;
  return known ? kNoOsError : Win32Error(kErrorInvalidHandle);
}

OsError FakeIoApi::Post(Handle port, uintptr_t key, uint32_t number) {
  if (const OsError error = windows_.calls().Begin("PostQueuedCompletionStatus"); !error.ok()) {
    return error;
  }
  windows_.Post({port, key}, number);
  return kNoOsError;
}

OsError FakeIoApi::WaitCompletion(Handle port, uint32_t, bool* got, Completion* completion) {
  if (const OsError error = windows_.calls().Begin("GetQueuedCompletionStatus"); !error.ok()) {
    return error;
  }
  const auto found = windows_.Find<FakePort>(port);
  if (found == nullptr) return Win32Error(kErrorInvalidHandle);
  *got = !found->packets.empty();
  if (!*got) return kNoOsError;
  *completion = found->packets.front();
  found->packets.pop_front();
  return kNoOsError;
}

OsError FakeIoApi::StartRead(Handle, std::span<uint8_t>, Overlapped*) {
  return Win32Error(kErrorNotSupported);
}

OsError FakeIoApi::StartWrite(Handle, std::span<const uint8_t>, Overlapped*) {
  return Win32Error(kErrorNotSupported);
}

OsError FakeIoApi::Cancel(Handle, Overlapped*) { return Win32Error(kErrorNotSupported); }

}  // namespace ringfence::win
