// The thread of an environment that starts commands and waits for them. The thread of the caller
// only leaves a message for it.
#ifndef RINGFENCE_LINUX_LAUNCH_THREAD_H_
#define RINGFENCE_LINUX_LAUNCH_THREAD_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/status.h"
#include "linux/dispatcher.h"
#include "linux/gate.h"
#include "linux/mailbox.h"
#include "posix/unique_fd.h"

namespace ringfence {

class LaunchThread {
 public:
  // `image`: what helper_image.h loaded. `sink` is called on the thread, in the order of events for
  // each launch. kClosed is the last: nothing of the command is left.
  LaunchThread(unique_fd image, Dispatcher::Sink sink);
  // Ends everything that is left, waits for it (2 s at most), and joins the thread.
  ~LaunchThread();
  LaunchThread(const LaunchThread&) = delete;
  LaunchThread& operator=(const LaunchThread&) = delete;

  Status Start();

  // Events of the launch carry the id. Nothing is started before `gate`, if there is one, is
  // settled; its failure is the launch's.
  uint64_t Launch(LaunchSpec spec, const std::shared_ptr<Gate>& gate);

  // After kRetry, for a launch with LaunchSpec::renews: it is sent again, once `gate`, if there is
  // one, is settled.
  void Proceed(uint64_t id, const std::shared_ptr<Gate>& gate);

  // Another launcher from now on.
  void SetImage(unique_fd image);

  void Signal(uint64_t id, int signal);

  // Ends the runner of a plan when its commands have ended. Then kPlanClosed, with this id.
  uint64_t ClosePlan(uint64_t plan_id);

  // Of the process that stands for the launch, waiting for it if need be; 0 when there is none, or
  // none after 5 s.
  pid_t WaitForPid(uint64_t id);

  // The pid of a launch is not of interest any more.
  void Forget(uint64_t id);

 private:
  void Run();
  void Publish(uint64_t id, pid_t pid);

  std::mutex mutex_;
  std::condition_variable pid_known_;
  // Guarded by mutex_.
  std::map<uint64_t, pid_t> pids_;
  uint64_t next_id_ = 1;

  // Gates may outlive this.
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  Dispatcher dispatcher_;
  std::thread thread_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCH_THREAD_H_
