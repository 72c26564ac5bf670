// Pipes between us and a command: our end is overlapped, the command's synchronous, as programs
// expect of their standard handles. Anonymous pipes cannot be both.
#ifndef RINGFENCE_WIN_NAMED_PIPE_H_
#define RINGFENCE_WIN_NAMED_PIPE_H_

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/unique_handle.h"

namespace ringfence::win {

struct Pipe {
  UniqueHandle ours;
  UniqueHandle theirs;
};

// Neither end is inheritable. The name is random, and only the user may open it; when another
// process has come before, it fails.
Status MakePipe(const Win32Api& api, PipeDirection direction, Pipe* pipe);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_NAMED_PIPE_H_
