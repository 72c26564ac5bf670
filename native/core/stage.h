// The steps of setting up a sandbox in which a failure can happen. A number travels from the
// launcher to the addon; the text name is made only at the edge. Each stage stands for one system
// call, so that a stage and an errno say everything.
#ifndef RINGFENCE_CORE_STAGE_H_
#define RINGFENCE_CORE_STAGE_H_

#include <cstdint>

#include "core/stages_windows.h"

namespace ringfence {

// X(enumerator, text name, system call)
// New stages go at the end of their group; names never change once released.
#define RINGFENCE_STAGES(X)                                                      \
  X(kNone, "none", "")                                                           \
  X(kHelperOpen, "linux.helper.open", "open")                                    \
  X(kHelperRead, "linux.helper.read", "read")                                    \
  X(kHelperMemfd, "linux.helper.memfd", "memfd_create")                          \
  X(kHelperSeal, "linux.helper.seal", "fcntl")                                   \
  X(kHelperExec, "linux.helper.exec", "execveat")                                \
  X(kHelperProtocol, "linux.helper.protocol", "")                                \
  X(kHelperLost, "linux.helper.lost", "")                                        \
  X(kLaunchSocket, "linux.launch.socketpair", "socketpair")                      \
  X(kLaunchRequest, "linux.launch.request", "memfd_create")                      \
  X(kLaunchWrite, "linux.launch.write", "write")                                 \
  X(kLaunchPipe, "linux.launch.pipe", "pipe2")                                   \
  X(kLaunchStdio, "linux.launch.stdio", "fcntl")                                 \
  X(kLaunchDup, "linux.launch.dup", "dup2")                                      \
  X(kLaunchCloseRange, "linux.launch.close-range", "close_range")                \
  X(kLaunchClone, "linux.launch.clone", "clone")                                 \
  X(kLaunchDevNull, "linux.launch.dev-null", "open")                             \
  X(kLaunchWatch, "linux.launch.watch", "epoll_ctl")                             \
  X(kLaunchSend, "linux.launch.send", "sendmsg")                                 \
  X(kZygoteClone, "linux.zygote.clone", "clone")                                 \
  X(kSupervisorReady, "linux.supervisor.ready", "pidfd_open")                    \
  X(kSupervisorMap, "linux.supervisor.map", "mmap")                              \
  X(kSupervisorSession, "linux.supervisor.setsid", "setsid")                     \
  X(kSupervisorSignals, "linux.supervisor.signals", "signalfd4")                 \
  X(kSupervisorSubreaper, "linux.supervisor.subreaper", "prctl")                 \
  X(kSupervisorPoll, "linux.supervisor.poll", "ppoll")                           \
  X(kSupervisorSync, "linux.supervisor.sync", "pipe2")                           \
  X(kNamespaceClone, "linux.namespace.clone", "clone3")                          \
  X(kNamespaceUidMap, "linux.namespace.uid-map", "write")                        \
  X(kNamespaceGidMap, "linux.namespace.gid-map", "write")                        \
  X(kNamespaceSetgroups, "linux.namespace.setgroups", "write")                   \
  X(kNamespaceReadMap, "linux.namespace.read-map", "read")                       \
  X(kNamespaceLoopback, "linux.namespace.loopback", "ioctl")                     \
  X(kMountOpen, "linux.mount.open", "openat2")                                   \
  X(kMountClone, "linux.mount.clone", "open_tree")                               \
  X(kMountAttributes, "linux.mount.attributes", "mount_setattr")                 \
  X(kMountMove, "linux.mount.move", "move_mount")                                \
  X(kMountTarget, "linux.mount.target", "openat2")                               \
  X(kMountMake, "linux.mount.make", "mkdirat")                                   \
  X(kMountSymlink, "linux.mount.symlink", "symlinkat")                           \
  X(kMountTmpfs, "linux.mount.tmpfs", "fsmount")                                 \
  X(kMountMask, "linux.mount.mask", "move_mount")                                \
  X(kMountStub, "linux.mount.stub", "openat2")                                   \
  X(kMountPivot, "linux.mount.pivot", "pivot_root")                              \
  X(kMountDetach, "linux.mount.detach", "umount2")                               \
  X(kMountProc, "linux.mount.proc", "fsmount")                                   \
  X(kMountProcControls, "linux.mount.proc-controls", "mount_setattr")            \
  X(kMountDev, "linux.mount.dev", "fsmount")                                     \
  X(kMountDevNode, "linux.mount.dev-node", "move_mount")                         \
  X(kMountDevpts, "linux.mount.devpts", "fsmount")                               \
  X(kMountChdir, "linux.mount.chdir", "chdir")                                   \
  X(kInitDumpable, "linux.init.dumpable", "prctl")                               \
  X(kInitDeathSignal, "linux.init.death-signal", "prctl")                        \
  X(kInitClone, "linux.init.clone", "clone")                                     \
  X(kRunnerReceive, "linux.runner.receive", "recvmsg")                           \
  X(kRunnerClone, "linux.runner.clone", "clone3")                                \
  X(kRunnerSession, "linux.runner.session", "socketpair")                        \
  X(kRunnerEnter, "linux.runner.enter", "setns")                                 \
  X(kRunnerChanged, "linux.runner.changed", "")                                  \
  X(kWatchLost, "linux.watch.lost", "")                                          \
  X(kCommandChdir, "linux.command.chdir", "chdir")                               \
  X(kCommandSession, "linux.command.setsid", "setsid")                           \
  X(kTerminalOpen, "linux.terminal.open", "openat")                              \
  X(kTerminalUnlock, "linux.terminal.unlock", "ioctl")                           \
  X(kTerminalPeer, "linux.terminal.peer", "ioctl")                               \
  X(kTerminalSize, "linux.terminal.size", "ioctl")                               \
  X(kTerminalMode, "linux.terminal.mode", "ioctl")                               \
  X(kTerminalPlace, "linux.terminal.place", "dup3")                              \
  X(kTerminalSend, "linux.terminal.send", "sendmsg")                             \
  X(kTerminalReceive, "linux.terminal.receive", "recvmsg")                       \
  X(kTerminalControl, "linux.terminal.control", "ioctl")                         \
  X(kTerminalWrite, "linux.terminal.write", "write")                             \
  X(kCapabilityBounding, "linux.capability.bounding", "prctl")                   \
  X(kCapabilitySecurebits, "linux.capability.securebits", "prctl")               \
  X(kCapabilityAmbient, "linux.capability.ambient", "prctl")                     \
  X(kCapabilityDrop, "linux.capability.drop", "capset")                          \
  X(kNoNewPrivs, "linux.no-new-privs", "prctl")                                  \
  X(kLimitLastPid, "linux.limit.last-pid", "write")                              \
  X(kLimitPidMax, "linux.limit.pid-max", "write")                                \
  X(kLimitSet, "linux.limit.set", "prlimit64")                                   \
  X(kLimitWatch, "linux.limit.watch", "openat")                                  \
  X(kLandlockCreate, "linux.landlock.create-ruleset", "landlock_create_ruleset") \
  X(kLandlockOpen, "linux.landlock.open", "open")                                \
  X(kLandlockAddRule, "linux.landlock.add-rule", "landlock_add_rule")            \
  X(kLandlockRestrict, "linux.landlock.restrict-self", "landlock_restrict_self") \
  X(kSeccompInstall, "linux.seccomp.install", "seccomp")                         \
  X(kExec, "posix.exec", "execve")                                               \
  X(kBubblewrapExec, "linux.bubblewrap.exec", "execve")                          \
  X(kBubblewrapNamespaces, "linux.bubblewrap.namespaces", "")                    \
  X(kBubblewrapSetup, "linux.bubblewrap.setup", "")                              \
  X(kBubblewrapSeccomp, "linux.bubblewrap.seccomp", "memfd_create")              \
  X(kStubState, "linux.stub.state", "mkdirat")                                   \
  X(kStubLock, "linux.stub.lock", "flock")                                       \
  X(kStubJournal, "linux.stub.journal", "write")                                 \
  X(kStubParent, "linux.stub.parent", "openat2")                                 \
  X(kStubMake, "linux.stub.make", "mkdirat")                                     \
  X(kStubRemove, "linux.stub.remove", "unlinkat")                                \
  X(kScanOpen, "linux.scan.open", "openat")                                      \
  X(kScanRead, "linux.scan.read", "getdents64")                                  \
  X(kToolSpawn, "linux.tool.spawn", "posix_spawn")                               \
  X(kToolRead, "linux.tool.read", "read")                                        \
  X(kToolTimeout, "linux.tool.timeout", "")                                      \
  X(kOutputWatch, "linux.output.watch", "epoll_ctl")                             \
  X(kOutputThread, "linux.output.thread", "clone")                               \
  X(kOutputRead, "linux.output.read", "read")                                    \
  RINGFENCE_WINDOWS_STAGES(X)

enum class Stage : uint32_t {
#define X(enumerator, name, syscall) enumerator,
  RINGFENCE_STAGES(X)
#undef X
};

// Text name (`linux.mount.bind`) and system call of a stage; "unknown" and "" out of range.
const char* StageName(uint32_t stage);
const char* StageSyscall(uint32_t stage);

}  // namespace ringfence

#endif  // RINGFENCE_CORE_STAGE_H_
