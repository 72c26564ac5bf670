// The thread of an environment that starts commands on Windows and follows them. The thread of the
// caller only leaves a message for it.
#ifndef RINGFENCE_WIN_LAUNCH_THREAD_H_
#define RINGFENCE_WIN_LAUNCH_THREAD_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/command_event.h"
#include "win/running_command.h"
#include "win/stamp.h"
#include "win/unique_handle.h"

namespace ringfence::win {

class LaunchThread {
 public:
  // `sink` is called on the thread, in the order of events for each command. kClosed is the last:
  // nothing of the command is left. `api` outlives this.
  LaunchThread(const Win32Api& api, RunningCommand::Sink sink)
      : api_(api), sink_(std::move(sink)) {}
  // End(). Then waits for consoles whose output somebody has still open: close that before.
  ~LaunchThread();
  LaunchThread(const LaunchThread&) = delete;
  LaunchThread& operator=(const LaunchThread&) = delete;

  Status Start();

  // Events of the command carry the id.
  uint64_t Launch(CommandSpec spec);

  // Everything of the command ends. What has not been started is not started any more.
  void Kill(uint64_t id, int signal);

  // Gives up what is held for a plan when its commands have ended. Then kPlanClosed, with this id.
  uint64_t ClosePlan(uint64_t plan_id);

  // Waiting for the command to be started if need be; 0 when it was not, or not within 5 s.
  uint32_t WaitForPid(uint64_t id);
  // The pid is not of interest any more.
  void Forget(uint64_t id);

  // Ends everything that is left, waits for it (2 s at most), and joins the thread. Idempotent.
  void End();

 private:
  struct Message {
    uint64_t id = 0;
    // One of the three: a launch, a signal, a plan to be closed.
    std::unique_ptr<CommandSpec> spec;
    int signal = 0;
    uint64_t plan_id = 0;
  };

  void Leave(Message message);
  void Run();
  bool Turn();
  bool TakeMessages();
  void StartCommand(uint64_t id, CommandSpec* spec);
  Status TryStart(uint64_t id, CommandSpec* spec);
  bool IsKilled(uint64_t id);
  void TellFailure(uint64_t id, Status failure);
  void Sweep();
  void ClosePlans();
  void EndCommands();
  void Publish(uint64_t id, uint32_t pid);

  const Win32Api& api_;
  const RunningCommand::Sink sink_;
  UniqueHandle port_;

  std::mutex mutex_;
  std::condition_variable pid_known_;
  // Under the mutex.
  std::vector<Message> messages_;
  std::map<uint64_t, uint32_t> pids_;
  std::set<uint64_t> killed_;
  uint64_t next_id_ = 1;
  bool stopping_ = false;

  // Of the thread.
  std::map<uint64_t, std::unique_ptr<RunningCommand>> commands_;
  // Placeholders stay from one command of a plan to the next.
  std::map<uint64_t, std::shared_ptr<StampLease>> leases_;
  // By the id of ClosePlan().
  std::map<uint64_t, uint64_t> closing_plans_;
  std::thread thread_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_LAUNCH_THREAD_H_
