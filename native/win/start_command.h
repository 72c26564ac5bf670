// Starts a command with a token that has been made. launch.h is the way in from outside: it makes
// the token too, so that nothing runs with another one.
#ifndef RINGFENCE_WIN_START_COMMAND_H_
#define RINGFENCE_WIN_START_COMMAND_H_

#include <functional>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/launch.h"
#include "win/launched.h"
#include "win/sid.h"

namespace ringfence::win {

struct CommandToken {
  // Borrowed.
  Handle token = Handle::kNone;
  // Who may use the desktop of the command.
  Sid user;
  Sid launch;
  // Whether this token, which is the one that the process has, is that which was meant. Asked
  // before the process runs; the handle has TOKEN_QUERY.
  std::function<Status(Handle)> verify;
};

// As Launch().
Status StartCommand(const Win32Api& api, const CommandToken& token, const LaunchPlan& plan,
                    const LaunchRequest& request, Launched* launched);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_START_COMMAND_H_
