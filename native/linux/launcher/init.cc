#include "linux/launcher/init.h"

#include <linux/errno.h>
#include <linux/prctl.h>
#include <linux/resource.h>

#include "linux/launcher/id_map.h"
#include "linux/launcher/identities.h"
#include "linux/launcher/keeper.h"
#include "linux/launcher/loopback.h"
#include "linux/launcher/mount/view.h"
#include "linux/launcher/runner.h"
#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

constexpr int kSigKill = 9;
constexpr int kSigTerm = 15;

struct Init {
  const Launch& launch;
  const InitOptions& options;
  mount::Masks masks;
  Keeper keeper;
};

// Every bind's source is held open while the view is built; the command gets its limit back.
void RaiseOpenFiles(Init* init) {
  rlimit64 limit;
  if (sys::Call(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, sys::Address(&limit)) < 0) return;
  if (limit.rlim_cur >= limit.rlim_max) return;
  init->keeper.command.open_files = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  sys::Call(__NR_prlimit64, 0, RLIMIT_NOFILE, sys::Address(&limit), 0);
}

Outcome MapIds(Init* init) {
  switch (init->launch.plan->id_map) {
    case wire::IdMap::kNone:
      return {};
    case wire::IdMap::kSingle:
      return MapOwnIds(init->options.uid, init->options.gid);
    case wire::IdMap::kFull: {
      char byte = 0;
      const long size = sys::Read(init->options.sync, &byte, 1);
      sys::Close(init->options.sync);
      // End of file: the supervisor failed, and it is the one that knows why.
      if (size != 1) sys::Exit(1);
      return {};
    }
  }
  return {Stage::kHelperProtocol, EINVAL, nullptr};
}

Outcome SetUpNamespaces(Init* init) {
  RINGFENCE_TRY(Check(Stage::kInitDeathSignal, sys::Prctl(PR_SET_PDEATHSIG, kSigKill)));
  RINGFENCE_TRY(MapIds(init));
  RaiseOpenFiles(init);
  RINGFENCE_TRY(mount::BuildView(init->launch, &init->masks));
  // The directory of the host's process lies below what was mounted since.
  RINGFENCE_TRY(Check(Stage::kMountChdir, sys::Call(__NR_chdir, sys::Address("/")), "/"));
  if ((init->launch.plan->flags & wire::kPlanLoopback) == 0) return {};
  return RaiseLoopback();
}

Outcome SetUpLandlock() {
  RINGFENCE_TRY(Check(Stage::kInitDeathSignal, sys::Prctl(PR_SET_PDEATHSIG, kSigTerm)));
  return Check(Stage::kSupervisorSubreaper, sys::Prctl(PR_SET_CHILD_SUBREAPER, 1));
}

Outcome SetUp(Init* init) {
  switch (init->launch.plan->mode) {
    case wire::Mode::kNamespaces:
      RINGFENCE_TRY(SetUpNamespaces(init));
      break;
    case wire::Mode::kBubblewrap:
      RINGFENCE_TRY(CompareIdentities(init->launch));
      RINGFENCE_TRY(init->keeper.watch.Repair());
      break;
    case wire::Mode::kLandlock:
      RINGFENCE_TRY(SetUpLandlock());
      break;
  }
  // The command must not trace this process or read its memory and descriptors.
  return Check(Stage::kInitDumpable, sys::Prctl(PR_SET_DUMPABLE, 0));
}

Outcome Run(Init* init) {
  RINGFENCE_TRY(SetUp(init));
  if (init->launch.runner()) RunRunner(init->launch, &init->masks, init->keeper.command.open_files);
  RINGFENCE_TRY(Prepare(&init->keeper));
  init->keeper.command.stdio = init->launch.stdio;
  RINGFENCE_TRY(Execute(&init->keeper));
  // Whoever was here before, bwrap, took no notice of signals to look.
  if (init->launch.plan->mode == wire::Mode::kBubblewrap) {
    RINGFENCE_TRY(init->keeper.watch.Repair());
  }
  bool ended = false;
  bool control_ready = false;
  while (!ended) RINGFENCE_TRY(ServeOnce(&init->keeper, &ended, &control_ready));
  return {};
}

}  // namespace

void RunInit(const Launch& launch, const InitOptions& options) {
  const bool can_mount = launch.plan->mode == wire::Mode::kNamespaces;
  Init init{launch, options, {}, Keeper(launch, Watch(launch, can_mount ? &init.masks : nullptr))};
  if (launch.plan->mode == wire::Mode::kLandlock) init.keeper.parent = sys::Call(__NR_getppid);
  const Outcome outcome = Run(&init);
  if (!outcome.ok()) ReportFailure(launch, outcome);
  init.keeper.watch.RemoveStubs();
  sys::Exit(outcome.ok() ? 0 : 1);
}

}  // namespace ringfence
