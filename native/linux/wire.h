// What the addon and the launcher say to each other. Both are built from this header at the same
// time, and the launcher refuses another version, so the layout needs no compatibility.
//
// A plan and a request are flat blobs in memory files: a header with spans into the same blob.
// Text is an offset to a NUL-terminated string; offset 0 means none. The launcher maps them
// read-only and copies nothing.
#ifndef RINGFENCE_LINUX_WIRE_H_
#define RINGFENCE_LINUX_WIRE_H_

#include <stdint.h>

namespace ringfence::wire {

inline constexpr uint32_t kPlanMagic = 0x4c504652;     // "RFPL"
inline constexpr uint32_t kRequestMagic = 0x51524652;  // "RFRQ"
inline constexpr uint32_t kStartMagic = 0x54534652;    // "RFST"
inline constexpr uint32_t kVersion = 3;

// Descriptors of the launcher: 0 .. n-1 are the command's own (n >= 3), then these.
enum FixedFd : int {
  kControlFd = 0,
  kPlanFd = 1,
  kRequestFd = 2,
  kImageFd = 3,
  kHostDiagFd = 4,    // opened by the supervisor, for the broker of the init
  kIdentitiesFd = 5,  // made by the supervisor, for the init below bubblewrap
  kFixedFdCount = 6
};

using Text = uint32_t;

struct Span {
  uint32_t offset;
  uint32_t count;
};

enum class Mode : uint32_t { kNamespaces = 0, kBubblewrap = 1, kLandlock = 2 };
enum class IdMap : uint32_t { kNone = 0, kSingle = 1, kFull = 2 };

enum class MountOp : uint32_t {
  kReadonlyRoot = 0,
  kWritableRoot = 1,
  kEmptyRoot = 2,
  kBind = 3,
  kPin = 4,
  kStub = 5,
  kMask = 6,
  kSymlink = 7,
  kProc = 8,
  kDev = 9,
  kSysNet = 10,
};

enum MountFlag : uint32_t {
  kMountReadonly = 1,       // kBind: read access
  kMountDirectory = 2,      // kBind, kMask: the path is a directory
  kMountSearch = 4,         // kMask: something below is shown again
  kMountHostProc = 8,       // kProc: keep the host's
  kMountProcControls = 16,  // kProc: /proc/sys and the like become read-only
  kMountOptional = 32  // kPin, kStub, kMask: nothing to do when the path is missing at the start
};

struct Mount {
  MountOp op;
  uint32_t flags;
  Text path;
  Text target;  // kSymlink: content of the link
};

// True for a step that a replacement of its path by the host undoes: the addon watches these paths,
// the launcher repairs them.
constexpr bool Protects(MountOp op, uint32_t flags) {
  switch (op) {
    case MountOp::kStub:
    case MountOp::kMask:
    case MountOp::kPin:
      return true;
    case MountOp::kBind:
      return (flags & kMountReadonly) != 0;
    default:
      return false;
  }
}

struct LandlockRule {
  uint64_t access;
  Text path;
  uint32_t optional;
};

enum class LimitKind : uint32_t {
  kMemory = 0,     // bytes
  kProcesses = 1,  // processes and threads
  kCpu = 2,        // seconds; used: microseconds
  kOpenFiles = 3,
  kFileSize = 4,  // bytes
};

enum class LimitMechanism : uint32_t {
  kRlimit = 0,    // setrlimit(2) of each process of the command
  kPidMax = 1,    // kernel.pid_max of the pid namespace
  kWatchdog = 2,  // the init adds up what the processes use, and ends them
};

struct Limit {
  LimitKind kind;
  LimitMechanism mechanism;
  uint64_t value;
};

enum PlanFlag : uint32_t {
  kPlanLoopback = 1,  // bring lo up
  kPlanLandlock = 2,
  kPlanBroker = 4,      // the seccomp filter notifies connect()
  kPlanOwnNetwork = 8,  // the sandbox has a network namespace of its own
};

struct Plan {
  uint32_t magic;
  uint32_t version;
  uint32_t size;
  Mode mode;
  uint64_t clone_flags;
  IdMap id_map;
  uint32_t flags;
  Span mounts;
  Span landlock_rules;
  uint64_t landlock_fs;
  uint64_t landlock_net;
  uint64_t landlock_scoped;
  Span filter;        // struct sock_filter
  Span outer_filter;  // struct sock_filter: what bubblewrap puts on our init
  Text bubblewrap;
  uint32_t reserved;
  Span bubblewrap_args;  // Text
  Span limits;           // Limit
};

enum RequestFlag : uint32_t {
  kRequestDryRun = 1,
  kRequestPoll = 2,    // nobody watches the protected paths: the init has to look by itself
  kRequestRunner = 4,  // no command: prepare the sandbox, then take commands (Start messages)
  kRequestSession = 8  // of a runner: its commands share their namespaces
};

struct Request {
  uint32_t magic;
  uint32_t version;
  uint32_t size;
  uint32_t flags;
  uint32_t umask;
  // Of the terminal that becomes 0, 1 and 2 of the command; 0: none.
  uint16_t columns;
  uint16_t rows;
  Text file;
  Text cwd;
  Span argv;  // Text
  Span env;   // Text
};

// Addon -> zygote: a launch, with the descriptors 0 .. stdio-1 of the command, control, plan and
// request by SCM_RIGHTS; for a runner only the last three.
// Addon -> runner: make a slot, with the slot's control socket.
// Addon -> slot: a command, with its descriptors 0 .. stdio-1. The request follows in the message,
// or, when `request_size` is 0, is a memory file, the last descriptor.
struct Start {
  uint32_t magic;
  uint32_t version;
  uint32_t stdio;
  uint32_t request_size;
};

// The kernel passes 253 descriptors with a message (SCM_MAX_FD).
inline constexpr uint32_t kMaxStdio = 240;

// A runner keeps these numbers free for the descriptors of its commands.
inline constexpr uint32_t kRunnerStdio = 64;

inline constexpr uint32_t kInlineRequestCapacity = 32768;

// Launcher -> addon, one message each on the control socket (SOCK_SEQPACKET).
enum class ReportKind : uint32_t {
  kFailed = 1,
  kSpawned = 2,
  kExited = 3,
  kReady =
      4,  // the sender stands for the tree: its pidfd by SCM_RIGHTS, its pid by SCM_CREDENTIALS
  kExecuting = 5,  // from here on the command may have run; our side of its terminal by SCM_RIGHTS
  kGone = 6,       // no process of the command is left, but for the sender
  kLimit = 7,      // reached; before kExited
};

inline constexpr uint32_t kReportPathCapacity = 4096;

struct Report {
  ReportKind kind;
  uint32_t stage;
  int32_t error;
  int32_t wait_status;
  uint64_t user_us;
  uint64_t system_us;
  uint64_t max_rss_bytes;
  uint64_t wall_us;
  LimitKind limit;
  uint32_t reserved;
  uint64_t limit_value;
  uint64_t limit_used;
  uint32_t path_length;
  char path[kReportPathCapacity];  // only path_length bytes are sent
};

// The addon has seen a protected path change. A signal, so that it takes the way of all signals
// to the init; the command could send it too, which only makes the init look once more.
inline constexpr int kRepairSignal = 64;

// Ends everything as SIGKILL does, by the hand of the init, which lives to tell what was used.
inline constexpr int kEndSignal = 63;

// Addon -> launcher. SIGKILL ends the tree, kRepairSignal is for the init or the runner, kEndSignal
// for the init, anything
// else goes to the command.
struct Control {
  int32_t signal;
};

}  // namespace ringfence::wire

#endif  // RINGFENCE_LINUX_WIRE_H_
