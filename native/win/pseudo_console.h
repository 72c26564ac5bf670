// A terminal for a command ("Creating a Pseudoconsole session" on learn.microsoft.com; Windows 10
// 1809 and later).
#ifndef RINGFENCE_WIN_PSEUDO_CONSOLE_H_
#define RINGFENCE_WIN_PSEUDO_CONSOLE_H_

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/unique_handle.h"

namespace ringfence::win {

struct PseudoConsole {
  UniqueConsole console;
  // Our ends, overlapped: what is typed, and what is shown. Declared behind the console: they are
  // closed first, or closing the console would wait for somebody to read.
  UniqueHandle input;
  UniqueHandle output;
};

Status MakePseudoConsole(const Win32Api& api, TerminalSize size, PseudoConsole* made);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_PSEUDO_CONSOLE_H_
