// Starts commands and follows them: which process is to run a command, what its launcher reports,
// and what is tried again. Everything happens on one thread, and nothing here waits.
#ifndef RINGFENCE_LINUX_DISPATCHER_H_
#define RINGFENCE_LINUX_DISPATCHER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "linux/control_socket.h"
#include "linux/launch_spec.h"
#include "linux/plan_watches.h"
#include "linux/runner_pool.h"
#include "linux/zygote.h"

namespace ringfence {

class Dispatcher {
 public:
  using Sink = std::function<void(ProcessEvent)>;
  // The pid of a launch is known. 0: there is none; -1: it is not known any more.
  using PidSink = std::function<void(uint64_t id, pid_t pid)>;

  // `image`: what helper_image.h loaded.
  Dispatcher(unique_fd image, Sink sink, PidSink pid_sink);

  // `wake`: readable when Serve() is to return.
  Status Open(int wake);

  // Running commands keep what they were started with.
  void SetImage(unique_fd image);

  void Start(uint64_t id, LaunchSpec spec);
  // For a launch with LaunchSpec::held, and after kRetry for one with LaunchSpec::renews: it may
  // start, or what it waited for has failed.
  void Proceed(uint64_t id, const Status& status);
  // SIGKILL ends everything of the launch; others go to the command, when there is one.
  void Signal(uint64_t id, int signal);
  void ClosePlan(uint64_t event_id, uint64_t plan_id);
  // Ends everything; empty() tells when.
  void Shutdown();
  bool stopping() const { return stopping_; }
  bool empty() const { return connections_.empty(); }

  // Waits for something to happen, and handles it.
  void Serve();

 private:
  enum class Role { kLaunch, kRunner, kSlot };

  // A control socket and the process behind it.
  struct Connection {
    uint64_t id = 0;
    Role role = Role::kLaunch;
    uint64_t plan = 0;
    uint64_t runner = 0;   // kSlot
    uint64_t launch = 0;   // 0: none, or none any more
    bool started = false;  // it has, or had, a launch
    uint64_t watch_epoch = 0;
    bool look = false;  // kSlot: the protections may have changed since it was made
    unique_fd control;
    unique_fd pidfd;
    pid_t pid = 0;
    bool disconnected = false;
    bool ended = false;  // by the pidfd
  };

  struct Launch {
    uint64_t id = 0;
    LaunchSpec spec;
    uint64_t connection = 0;
    bool executed = false;
    bool killed = false;
    bool failed = false;   // reported
    bool rebuilt = false;  // its runner was made for it
    bool waits = false;    // for Proceed(), to be sent again
    // Of the command, until it is known to run.
    unique_fd terminal;
    // Why it is to be sent again, when its processes have ended, and why it was.
    std::optional<Failure> retry;
    std::optional<Failure> first_failure;
  };

  struct ClosingPlan {
    uint64_t event_id;
    uint64_t plan;
  };

  // dispatcher.cc
  Status Register(int fd, uint64_t cookie);
  Status Connect(Role role, uint64_t plan, unique_fd ours, Connection** added);
  // Has the zygote start a supervisor. No `stdio`: for a runner.
  Status LaunchSandbox(Role role, const PreparedPlan& plan, const RequestSpec& request,
                       const std::vector<int>& stdio, Connection** added);
  void Dispatch(Launch* launch);
  void DispatchPending();
  Status StartFresh(Launch* launch);
  Status StartInRunner(Launch* launch);
  Status StartInSlot(Launch* launch, uint64_t epoch, Runner* runner);
  // `look`: the slot is to repair its protections before.
  static Status SendRequest(const Launch& launch, const Connection& slot, bool look);
  bool MayRetry(const Launch& launch) const;
  static bool IsToRenew(const Launch& launch, const Failure& failure);
  void Fail(Launch* launch, Failure failure);
  void Finish(Launch* launch, pid_t pid);
  // Milliseconds until Serve() has something to do in any case; -1: never.
  int TimeoutMs() const;

  // dispatcher_runners.cc
  Status FindRunner(Launch* launch, uint64_t epoch, Runner** runner);
  Status MakeRunner(const LaunchSpec& spec, uint64_t epoch, Runner** runner);
  Status MakeSlot(Runner* runner, Connection** slot);
  Status TakeSlot(Runner* runner, Connection** slot);
  void Refill(Runner* runner);
  void Retire(Runner* runner);
  void RetireAll();
  void EndConnection(uint64_t id);
  void EndSurplus();

  // dispatcher_events.cc
  void Handle(uint64_t cookie);
  void ReadReports(uint64_t id);
  void TakeReport(Connection* connection, ReceivedReport* received);
  void TakePid(Connection* connection, ReceivedReport* received);
  void TakeExecution(Launch* launch, ReceivedReport* received);
  void TakeSpawn(Connection* connection);
  void TakeFailure(Connection* connection, const wire::Report& report);
  void TakeEnd(uint64_t id);
  void CloseIfDone(uint64_t id);
  void LeaveRunner(Connection* connection);
  void LoseLaunch(Launch* launch, const Connection& connection);
  void AnnounceClosedPlans();
  void TakeChanges(uint64_t plan_id);
  void Emit(ProcessEvent::Kind kind, uint64_t id, const Failure& failure);

  Launch* FindLaunch(uint64_t id);
  Connection* FindConnection(uint64_t id);

  unique_fd image_;
  Sink sink_;
  PidSink pid_sink_;
  unique_fd epoll_;
  Zygote zygote_;
  RunnerPool runners_;
  PlanWatches watches_;
  std::map<uint64_t, std::unique_ptr<Connection>> connections_;
  std::map<uint64_t, std::unique_ptr<Launch>> launches_;
  // Could not be sent yet: too much is under way.
  std::deque<uint64_t> pending_;
  std::vector<ClosingPlan> closing_;
  uint64_t next_id_ = 1;
  bool stopping_ = false;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_DISPATCHER_H_
