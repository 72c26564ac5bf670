// Keeps one command: starts it, reaps, forwards signals, decides about connect(), repairs
// protections. The work of an init; in a runner that of the PID 1 of each slot.
#ifndef RINGFENCE_LINUX_LAUNCHER_KEEPER_H_
#define RINGFENCE_LINUX_LAUNCHER_KEEPER_H_

#include "linux/launcher/broker.h"
#include "linux/launcher/command.h"
#include "linux/launcher/launch.h"
#include "linux/launcher/usage_watch.h"
#include "linux/launcher/watch.h"

namespace ringfence {

struct Keeper {
  Keeper(const Launch& of, Watch watching) : launch(of), watch(watching), broker(of), usage(of) {}

  const Launch& launch;
  Watch watch;
  CommandState command;
  Broker broker;
  UsageWatch usage;
  int signals = -1;
  // Messages of the addon come here; else the supervisor reads them, and only the end of the addon
  // is of interest.
  bool reads_control = false;
  // Landlock mode: whose end is the end of everything.
  long parent = 0;
  long child = 0;
  // The command's side of its terminal, as long as the command runs: one that has closed its own
  // descriptors can open /dev/tty again, and until then the output must not end.
  int terminal = -1;
  // It executes the request. Before: only prepared.
  bool running = false;
  uint64_t started_us = 0;
  // Everything was told to end, by a limit or by the addon.
  bool killed_all = false;
  int killed_status = 0;  // of the command
};

// The view is complete: starts the process of the command, restricted and waiting for its request.
Outcome Prepare(Keeper* keeper);

// The request is there: lets the command execute, and reports that it did.
Outcome Execute(Keeper* keeper);

// In a session: kills the process group of the command. Elsewhere everything ends with this
// process.
void KillOwn(const Keeper& keeper);

// A signal for the command, or the request to look at the protections or to end everything.
Outcome HandleSignal(Keeper* keeper, int signal);

// One round: waits for something to happen, and handles it. `ended` when the command has ended,
// which is reported. `control_ready` when there is a message of the addon. Ends this process, and
// with it everything of the command, when the addon is gone.
Outcome ServeOnce(Keeper* keeper, bool* ended, bool* control_ready);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_KEEPER_H_
