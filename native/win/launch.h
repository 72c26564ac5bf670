// Starts a command behind the fence: restricted token, desktop, job, process. It runs when all of
// that was made and read back, and not before.
#ifndef RINGFENCE_WIN_LAUNCH_H_
#define RINGFENCE_WIN_LAUNCH_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/environment_block.h"
#include "win/launched.h"
#include "win/sid.h"

namespace ringfence::win {

struct LaunchPlan {
  // Of the active roots, or the read-only one; at least one.
  std::vector<Sid> capability_sids;
  // Everyone is a restricting SID too; see MakeRestrictedToken().
  bool everyone = false;
  bool private_desktop = true;
  JobLimits limits;
};

// Can be sent again unchanged.
struct LaunchRequest {
  // A path, or a name that is looked for in PATH of `environment`; see program_search.h.
  std::u16string program;
  // The first is the name that the program gets of itself.
  std::vector<std::u16string> argv;
  std::vector<EnvironmentVariable> environment;
  // Absolute.
  std::u16string cwd;
  // Borrowed during the call; kNone is NUL. Ignored with a terminal.
  std::array<Handle, 3> stdio = {};
  std::optional<TerminalSize> terminal;
  // Gets the packets that Launched::Take() understands, under this key. Packets of a launch that
  // failed may come under it too.
  PortKey events;
};

// Nothing of a launch that failed is left: its process, if there was one, has ended without having
// run, and every handle is closed. Waits only for the end of such a process.
Status Launch(const Win32Api& api, const LaunchPlan& plan, const LaunchRequest& request,
              Launched* launched);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_LAUNCH_H_
