// A command to start, and what is told of it.
#ifndef RINGFENCE_LINUX_LAUNCH_SPEC_H_
#define RINGFENCE_LINUX_LAUNCH_SPEC_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/status.h"
#include "linux/plan_blob.h"
#include "linux/prepared_plan.h"
#include "posix/unique_fd.h"

namespace ringfence {

// kCommand: a pid namespace of its own in the sandbox of the plan's runner. kSession: that of the
// runner. kFresh: a complete sandbox of its own, also where there are no runners (bubblewrap,
// Landlock).
enum class Isolation { kCommand, kSession, kFresh };

struct LaunchSpec {
  std::shared_ptr<const PreparedPlan> plan;
  RequestSpec request;
  // Become 0, 1, 2, ... of the command. An invalid one is /dev/null.
  std::vector<unique_fd> stdio;
  Isolation isolation = Isolation::kCommand;
  // Nothing starts before Dispatcher::Proceed().
  bool held = false;
  // When a path of the plan is gone the caller makes what held its place anew: after kRetry the
  // request waits for Dispatcher::Proceed().
  bool renews = false;
};

struct Failure {
  uint32_t stage = 0;
  int error = 0;
  std::string path;
};

struct ProcessEvent {
  enum class Kind {
    kSpawned,
    kFailed,
    kLimit,
    kExited,
    kClosed,
    kRetry,    // `failure`: why the same request was sent again
    kRebuild,  // `failure`: why the runner was made anew
    kPlanClosed
  };
  Kind kind = Kind::kClosed;
  uint64_t id = 0;
  // kSpawned, kClosed.
  pid_t pid = 0;
  // kFailed, kRetry, kRebuild.
  Failure failure;
  // kFailed: of the first attempt.
  std::optional<Failure> cause;
  // kSpawned: our side of the command's terminal, if it has one.
  unique_fd terminal;
  // kLimit: of CPU time `limit_used` is in microseconds.
  wire::LimitKind limit = wire::LimitKind::kMemory;
  uint64_t limit_value = 0;
  uint64_t limit_used = 0;
  // kExited: as of wait(2).
  int wait_status = 0;
  uint64_t user_us = 0;
  uint64_t system_us = 0;
  uint64_t max_rss_bytes = 0;
  uint64_t wall_us = 0;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCH_SPEC_H_
