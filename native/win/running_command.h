// A command from its start until nothing of it is left, as the launch thread follows it.
#ifndef RINGFENCE_WIN_RUNNING_COMMAND_H_
#define RINGFENCE_WIN_RUNNING_COMMAND_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/command_event.h"
#include "win/launched.h"
#include "win/stamp.h"

namespace ringfence::win {

// Of the launch thread.
class RunningCommand {
 public:
  using Sink = std::function<void(CommandEvent)>;

  // Its packets come to `port` under the key `id`. `lease` is held until it is destroyed.
  RunningCommand(const Win32Api& api, Handle port, uint64_t id, uint64_t plan_id,
                 std::shared_ptr<StampLease> lease, Launched launched, const JobLimits& limits,
                 bool has_terminal, Sink sink);
  // Ends it. With a terminal whose output somebody has still open, it waits for them.
  ~RunningCommand();
  RunningCommand(const RunningCommand&) = delete;
  RunningCommand& operator=(const RunningCommand&) = delete;

  uint64_t plan_id() const { return plan_id_; }

  // Tells that it runs. First of all.
  void TellSpawned();
  void Take(const Completion& completion);
  // Looks where Windows promises no packet.
  void Look();
  // Everything of it ends. `signal` is told with the exit.
  void Kill(int signal);

  // Its own process has ended, others may be left: Look() at times.
  bool is_ending() const { return exit_told_ && !done_; }
  // Nothing is left. What remains is to destroy this and to tell so.
  bool done() const { return done_; }

 private:
  void Advance();
  void TellLimit();
  void TellExit();
  void Fail(Status failure);
  void CloseConsole();
  CommandEvent Event(CommandEvent::Kind kind) const;

  // Resizing happens on the JS thread.
  struct ConsoleControl {
    std::mutex mutex;
    // Null once the console is being closed.
    Launched* launched = nullptr;
  };

  const Win32Api& api_;
  const Handle port_;
  const uint64_t id_;
  const uint64_t plan_id_;
  const JobLimits limits_;
  const Sink sink_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::shared_ptr<StampLease> lease_;
  Launched launched_;
  // Null without a terminal.
  std::shared_ptr<ConsoleControl> console_;
  // Closing a console may wait for whoever reads it.
  std::thread closer_;
  int signal_ = 0;
  bool limit_told_ = false;
  bool exit_told_ = false;
  bool done_ = false;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_RUNNING_COMMAND_H_
