// A command that runs: its job, its process and what they are kept alive by.
#ifndef RINGFENCE_WIN_LAUNCHED_H_
#define RINGFENCE_WIN_LAUNCHED_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/job.h"
#include "win/pseudo_console.h"
#include "win/unique_handle.h"

namespace ringfence::win {

enum class JobLimit : uint8_t { kMemory, kProcesses, kCpu };

// What a launch has made. Members are destroyed from below: the job first, which ends every
// process.
struct LaunchParts {
  UniqueDesktop desktop;
  PseudoConsole console;
  UniqueHandle process;
  std::unique_ptr<PortKey> events;
  UniqueExitWait exit_wait;
  UniqueHandle job;
  uint32_t pid = 0;
  JobLimits limits;
};

// Of one thread. The destructor ends all processes of the command.
class Launched {
 public:
  Launched() = default;
  // `api` outlives it.
  Launched(const Win32Api& api, LaunchParts parts);

  uint32_t pid() const { return parts_.pid; }

  // A packet under the key of the launch. Others are not for here.
  void Take(const Completion& completion);
  // The command's own process has ended; others may be left.
  bool exited() const { return exited_; }
  // No process is left. Windows does not promise the packet: ask Look() at times once exited().
  bool empty() const { return empty_; }
  // Asks whether a process is left, and whether the CPU time was used up, of which no packet tells.
  Status Look();
  // The first limit that a packet told of, or Look().
  std::optional<JobLimit> limit() const { return limit_; }

  // Of a command that has exited().
  Status ExitCode(uint32_t* exit_code) const;
  Status ReadUsage(Usage* usage) const;
  // Ends all processes with this exit code.
  Status Kill(uint32_t exit_code);

  // With a terminal. Our ends of it; the caller has them from then on.
  UniqueHandle TakeTerminalInput();
  UniqueHandle TakeTerminalOutput();
  Status Resize(TerminalSize size);
  // Output ends behind what was written before. Before Windows 11 24H2 it waits until somebody has
  // read that, or closed our end.
  void CloseConsole();

 private:
  const Win32Api* api_ = nullptr;
  LaunchParts parts_;
  bool exited_ = false;
  bool empty_ = false;
  std::optional<JobLimit> limit_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_LAUNCHED_H_
