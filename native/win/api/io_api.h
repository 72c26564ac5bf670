// Calls about pipes, pseudoconsoles and completion ports; one of the tables of win32_api.h.
#ifndef RINGFENCE_WIN_API_IO_API_H_
#define RINGFENCE_WIN_API_IO_API_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "win/access_mask.h"
#include "win/api/handle.h"
#include "win/api/os_error.h"

namespace ringfence::win {

// HPCON; it is no handle.
enum class Console : uintptr_t { kNone = 0 };

struct TerminalSize {
  uint16_t columns = 80;
  uint16_t rows = 24;
};

// OVERLAPPED, all zero before a call. It must stay where it is until the port told the end.
struct Overlapped {
  alignas(8) std::array<std::byte, 32> system = {};
};

// A packet of a completion port ("GetQueuedCompletionStatus function" on learn.microsoft.com).
struct Completion {
  uintptr_t key = 0;
  // Bytes moved; of a job the number of its message; of NotifyExit() kExitNotice.
  uint32_t number = 0;
  // Of a read or write the one that was given; of a message of a job its process id as a number.
  uintptr_t overlapped = 0;
  // How the read or write ended.
  OsError error = {};
};

// Which side of a pipe writes.
enum class PipeDirection : uint8_t { kToCommand, kFromCommand };

class IoApi {
 public:
  virtual ~IoApi() = default;

  // CreateNamedPipeW: our end. Byte mode, overlapped, the first and only instance, no remote
  // clients. `descriptor` is self-relative. The name has the form \\.\pipe\X.
  virtual OsError CreatePipe(const std::u16string& name, PipeDirection direction,
                             std::span<const uint8_t> descriptor, Handle* pipe) = 0;
  // CreateFileW: the command's end, synchronous. Not inheritable.
  virtual OsError OpenPipe(const std::u16string& name, PipeDirection direction, Handle* pipe) = 0;
  // CreateFileW of NUL for reading and writing. Not inheritable.
  virtual OsError OpenNull(Handle* file) = 0;

  // CreatePseudoConsole; it duplicates both handles.
  virtual OsError CreateConsole(TerminalSize size, Handle input, Handle output,
                                Console* console) = 0;
  virtual OsError ResizeConsole(Console console, TerminalSize size) = 0;
  // ClosePseudoConsole. Before Windows 11 24H2 it waits until its output was read or our end is
  // closed.
  virtual void CloseConsole(Console console) = 0;

  // CreateIoCompletionPort: a new one; and packets of `file` go to `port` with `key`.
  virtual OsError CreatePort(Handle* port) = 0;
  virtual OsError AssociatePort(Handle file, Handle port, uintptr_t key) = 0;
  // PostQueuedCompletionStatus.
  virtual OsError Post(Handle port, uintptr_t key, uint32_t number) = 0;
  // GetQueuedCompletionStatus. `got` is false when the time is over. The end of a failed read or
  // write is a packet: its error is in there.
  virtual OsError WaitCompletion(Handle port, uint32_t milliseconds, bool* got,
                                 Completion* completion) = 0;
  // ReadFile and WriteFile. Success, which ERROR_IO_PENDING counts as: a packet will come; until
  // then `bytes` and `overlapped` are in use. A failure: none will.
  virtual OsError StartRead(Handle file, std::span<uint8_t> bytes, Overlapped* overlapped) = 0;
  virtual OsError StartWrite(Handle file, std::span<const uint8_t> bytes,
                             Overlapped* overlapped) = 0;
  // CancelIoEx. Its packet still comes.
  virtual OsError Cancel(Handle file, Overlapped* overlapped) = 0;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_IO_API_H_
