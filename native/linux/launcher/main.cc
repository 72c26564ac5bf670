// The launcher: one static executable, two roles.
//   ringfence-helper zygote        started by the addon, outside of all sandboxes
//   ringfence-helper init N        started by bubblewrap, as PID 1 inside
// N descriptors belong to the command; the fixed ones follow (wire.h).
#include "linux/launcher/init.h"
#include "linux/launcher/launch.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/text.h"
#include "linux/launcher/zygote.h"

namespace ringfence {

int Main(int argc, char** argv) {
  constexpr int kUsage = 64;
  Launch launch;
  if (argc == 2 && Equal(argv[1], "zygote")) {
    launch.stdio = 3;
    if (!CloseOthers(launch).ok()) return 1;
    RunZygote(launch.control(), launch.image());
  }
  if (argc != 3 || !Equal(argv[1], "init")) return kUsage;
  if (!ParseNumber(argv[2], &launch.stdio) || launch.stdio < 3) return kUsage;
  // bubblewrap hands on every descriptor that it inherited.
  Outcome outcome = CloseOthers(launch);
  if (outcome.ok()) outcome = MapLaunch(&launch);
  if (!outcome.ok()) {
    ReportFailure(launch, outcome);
    return 1;
  }
  BlockSignals();
  RunInit(launch, {});
}

}  // namespace ringfence
