// The launcher: one static executable, two roles.
//   ringfence-helper supervise N   started by the addon, outside the sandbox
//   ringfence-helper init N        started by bubblewrap, as PID 1 inside
// N descriptors belong to the command; the fixed ones follow (wire.h).
#include <linux/errno.h>

#include "linux/launcher/init.h"
#include "linux/launcher/launch.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/supervisor.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence {

int Main(int argc, char** argv) {
  constexpr unsigned kCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC, Linux 5.11
  constexpr int kUsage = 64;
  Launch launch;
  if (argc != 3 || !ParseNumber(argv[2], &launch.stdio) || launch.stdio < 3) return kUsage;
  const bool init = Equal(argv[1], "init");
  if (!init && !Equal(argv[1], "supervise")) return kUsage;
  // bubblewrap hands on every descriptor that it inherited; ours end at first_free().
  Outcome outcome = Check(Stage::kLaunchCloseRange,
                          sys::CloseRange(static_cast<unsigned>(launch.first_free()), ~0U, 0));
  if (outcome.ok()) {
    outcome = Check(Stage::kLaunchCloseRange,
                    sys::CloseRange(static_cast<unsigned>(launch.stdio), ~0U, kCloseOnExec));
  }
  if (outcome.ok()) outcome = MapLaunch(&launch);
  if (!outcome.ok()) {
    ReportFailure(launch, outcome);
    return 1;
  }
  if (!init) RunSupervisor(launch);
  BlockSignals();
  RunInit(launch, {});
}

}  // namespace ringfence
