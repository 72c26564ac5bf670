// A command to start on Windows, and what is told of it.
#ifndef RINGFENCE_WIN_COMMAND_EVENT_H_
#define RINGFENCE_WIN_COMMAND_EVENT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/environment_block.h"
#include "win/io/end_handles.h"
#include "win/launch.h"
#include "win/launched.h"
#include "win/stamp_request.h"
#include "win/unique_handle.h"

namespace ringfence::win {

// What a policy became, for all commands that run under it. Immutable.
struct CommandPlan {
  // Of one addon instance.
  uint64_t id = 0;
  StampRequest stamp;
  // Without capability SIDs: those come from stamping.
  LaunchPlan launch;
};

struct CommandSpec {
  std::shared_ptr<const CommandPlan> plan;
  std::u16string program;
  std::vector<std::u16string> argv;
  std::vector<EnvironmentVariable> environment;
  std::u16string cwd;
  // An empty one is NUL.
  std::array<UniqueHandle, 3> stdio;
  std::optional<TerminalSize> terminal;
};

struct OpenedTerminal {
  EndHandles ends;
  ResizeTerminal resize;
};

struct CommandEvent {
  enum class Kind : uint8_t { kSpawned, kFailed, kLimit, kExited, kClosed, kPlanClosed };
  Kind kind = Kind::kClosed;
  uint64_t id = 0;
  // kSpawned.
  uint32_t pid = 0;
  std::shared_ptr<OpenedTerminal> terminal;
  // kFailed.
  Status failure;
  // kLimit: in the unit of the limit.
  JobLimit limit = JobLimit::kMemory;
  double limit_value = 0;
  double limit_used = 0;
  // kExited. `signal`: of the Signal() that ended it, otherwise 0.
  uint32_t exit_code = 0;
  int signal = 0;
  Usage usage;
  uint64_t wall_us = 0;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_COMMAND_EVENT_H_
