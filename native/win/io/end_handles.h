// What one of our ends is made of.
#ifndef RINGFENCE_WIN_IO_END_HANDLES_H_
#define RINGFENCE_WIN_IO_END_HANDLES_H_

#include <functional>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/unique_handle.h"

namespace ringfence::win {

// Overlapped handles. A pipe has one of the two, a terminal both.
struct EndHandles {
  UniqueHandle output;  // of the command: we read it
  UniqueHandle input;   // of the command: we write it
};

// Of a terminal. JS thread.
using ResizeTerminal = std::function<Status(TerminalSize)>;

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_IO_END_HANDLES_H_
