// Our side of a command's terminal as JS has it: a handle from the event of its start, to be opened
// as an output.
#ifndef RINGFENCE_BINDING_WINDOWS_TERMINAL_HANDLE_H_
#define RINGFENCE_BINDING_WINDOWS_TERMINAL_HANDLE_H_

#include <napi.h>

#include <memory>

#include "win/command_event.h"

namespace ringfence {

// Closed with the handle, unless it was opened.
Napi::Value MakeTerminalHandle(Napi::Env env, std::shared_ptr<win::OpenedTerminal> terminal);

// TypeError for anything but such a handle.
win::OpenedTerminal& ToTerminal(Napi::Value value);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_WINDOWS_TERMINAL_HANDLE_H_
