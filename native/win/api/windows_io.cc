#include "win/api/windows_api.h"
#include "win/api/windows_calls.h"

namespace ringfence::win {
namespace {

constexpr DWORD kPipeBuffer = 64 * 1024;

static_assert(sizeof(Overlapped) == sizeof(OVERLAPPED) &&
              alignof(Overlapped) == alignof(OVERLAPPED));

OVERLAPPED* ToSystem(Overlapped* overlapped) {
  return reinterpret_cast<OVERLAPPED*>(overlapped->system.data());
}

HPCON ToSystem(Console console) { return reinterpret_cast<HPCON>(static_cast<uintptr_t>(console)); }

COORD ToSystem(TerminalSize size) {
  return {static_cast<SHORT>(size.columns), static_cast<SHORT>(size.rows)};
}

OsError CallForHresult(HRESULT result) {
  return SUCCEEDED(result) ? kNoOsError : HresultError(result);
}

// Under way counts as success.
template <typename Function>
OsError CallOverlapped(const Function& function) {
  const OsError error = Call(function);
  return error.is(ERROR_IO_PENDING) ? kNoOsError : error;
}

class Calls final : public IoApi {
 public:
  OsError CreatePipe(const std::u16string& name, PipeDirection direction,
                     std::span<const uint8_t> descriptor, Handle* pipe) override {
    const DWORD access =
        direction == PipeDirection::kToCommand ? PIPE_ACCESS_OUTBOUND : PIPE_ACCESS_INBOUND;
    SECURITY_ATTRIBUTES security = SecurityAttributes(descriptor);
    return CallForHandle(
        [&] {
          return CreateNamedPipeW(
              win::ToSystem(name), access | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
              PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1,
              kPipeBuffer, kPipeBuffer, 0, &security);
        },
        pipe);
  }

  // Runtimes ask a standard handle for its state and set its mode, which takes more than reading or
  // writing.
  OsError OpenPipe(const std::u16string& name, PipeDirection direction, Handle* pipe) override {
    const DWORD access = direction == PipeDirection::kToCommand
                             ? GENERIC_READ | FILE_WRITE_ATTRIBUTES
                             : GENERIC_WRITE | FILE_READ_ATTRIBUTES;
    return CallForHandle(
        [&] {
          return CreateFileW(win::ToSystem(name), access, 0, nullptr, OPEN_EXISTING,
                             SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, nullptr);
        },
        pipe);
  }

  OsError OpenNull(Handle* file) override {
    return CallForHandle(
        [] {
          return CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE,
                             FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0,
                             nullptr);
        },
        file);
  }

  OsError CreateConsole(TerminalSize size, Handle input, Handle output, Console* console) override {
    HPCON made = nullptr;
    const OsError error = CallForHresult(
        CreatePseudoConsole(ToSystem(size), win::ToSystem(input), win::ToSystem(output), 0, &made));
    if (error.ok()) *console = static_cast<Console>(reinterpret_cast<uintptr_t>(made));
    return error;
  }

  OsError ResizeConsole(Console console, TerminalSize size) override {
    return CallForHresult(ResizePseudoConsole(ToSystem(console), ToSystem(size)));
  }

  void CloseConsole(Console console) override { ClosePseudoConsole(ToSystem(console)); }

  OsError CreatePort(Handle* port) override {
    return CallForHandle([] { return CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0); },
                         port);
  }

  OsError AssociatePort(Handle file, Handle port, uintptr_t key) override {
    return Call([&] {
      return CreateIoCompletionPort(win::ToSystem(file), win::ToSystem(port), key, 0) != nullptr;
    });
  }

  OsError Post(Handle port, uintptr_t key, uint32_t number) override {
    return Call(
        [&] { return PostQueuedCompletionStatus(win::ToSystem(port), number, key, nullptr); });
  }

  OsError WaitCompletion(Handle port, uint32_t milliseconds, bool* got,
                         Completion* completion) override {
    DWORD number = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = nullptr;
    const OsError error = Call([&] {
      return GetQueuedCompletionStatus(win::ToSystem(port), &number, &key, &overlapped,
                                       milliseconds);
    });
    // Without a packet the failure is of the wait, with one it is of the read or write.
    if (!error.ok() && overlapped == nullptr) {
      if (!error.is(WAIT_TIMEOUT)) return error;
      *got = false;
      return kNoOsError;
    }
    *got = true;
    *completion = {key, number, reinterpret_cast<uintptr_t>(overlapped), error};
    return kNoOsError;
  }

  OsError StartRead(Handle file, std::span<uint8_t> bytes, Overlapped* overlapped) override {
    return CallOverlapped([&] {
      return ReadFile(win::ToSystem(file), bytes.data(), static_cast<DWORD>(bytes.size()), nullptr,
                      ToSystem(overlapped));
    });
  }

  OsError StartWrite(Handle file, std::span<const uint8_t> bytes, Overlapped* overlapped) override {
    return CallOverlapped([&] {
      return WriteFile(win::ToSystem(file), bytes.data(), static_cast<DWORD>(bytes.size()), nullptr,
                       ToSystem(overlapped));
    });
  }

  OsError Cancel(Handle file, Overlapped* overlapped) override {
    return Call([&] { return CancelIoEx(win::ToSystem(file), ToSystem(overlapped)); });
  }
};

}  // namespace

IoApi& WindowsIo() {
  static Calls calls;
  return calls;
}

}  // namespace ringfence::win
