// Our side of a command's terminal as JS has it: a handle from the event of its start, to be opened
// as an output; and the terminal of this process.
#ifndef RINGFENCE_BINDING_LINUX_TERMINAL_BINDING_H_
#define RINGFENCE_BINDING_LINUX_TERMINAL_BINDING_H_

#include <napi.h>

#include "linux/pipe_end.h"

namespace ringfence {

// Closed with the handle, unless it was opened.
Napi::Value MakeTerminalHandle(Napi::Env env, unique_fd terminal);

// A descriptor, or a handle. Either is taken.
OutputSource ToOutputSource(Napi::Value value);

// makeRaw(fd): what restoreMode(fd, mode) takes, undefined when it is no terminal.
Napi::Value MakeRawMode(const Napi::CallbackInfo& info);
void RestoreMode(const Napi::CallbackInfo& info);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_LINUX_TERMINAL_BINDING_H_
