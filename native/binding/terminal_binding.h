// Our side of a command's terminal as JS has it: a handle from the event of its start, to be opened
// as an output; and what such an output can do besides.
#ifndef RINGFENCE_BINDING_TERMINAL_BINDING_H_
#define RINGFENCE_BINDING_TERMINAL_BINDING_H_

#include <napi.h>

#include "linux/output_reader.h"

namespace ringfence {

// Closed with the handle, unless it was opened.
Napi::Value MakeTerminalHandle(Napi::Env env, unique_fd terminal);

// A descriptor, or a handle. Either is taken.
OutputSource ToOutputSource(Napi::Value value);

// write(bytes): how many were taken. News of `reader` come when fewer than all.
Napi::Value WriteToTerminal(Napi::Value bytes, OutputReader* reader, uint64_t id);

// resize(columns, rows)
void ResizeTerminalTo(Napi::Value columns, Napi::Value rows, OutputReader* reader, uint64_t id);

// endOfInput()
Napi::Value EndOfTerminalInput(Napi::Env env, OutputReader* reader, uint64_t id);

// makeRaw(fd): what restoreMode(fd, mode) takes, undefined when it is no terminal.
Napi::Value MakeRawMode(const Napi::CallbackInfo& info);
void RestoreMode(const Napi::CallbackInfo& info);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_TERMINAL_BINDING_H_
