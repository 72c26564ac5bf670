// The three standard handles that a command inherits, and nothing else.
#ifndef RINGFENCE_WIN_COMMAND_STDIO_H_
#define RINGFENCE_WIN_COMMAND_STDIO_H_

#include <array>
#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/unique_handle.h"

namespace ringfence::win {

struct CommandStdio {
  // Inheritable duplicates, each once: a process that this one starts elsewhere at the same time
  // could inherit them, so they are closed as soon as the command has its own.
  std::vector<UniqueHandle> owned;
  // As they are in `owned`: of input, output and errors.
  std::array<Handle, 3> handles = {};
};

// `requested` is borrowed and need not be inheritable; kNone is NUL.
Status MakeCommandStdio(const Win32Api& api, const std::array<Handle, 3>& requested,
                        CommandStdio* stdio);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_COMMAND_STDIO_H_
