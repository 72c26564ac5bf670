// One thread that waits for all launched processes of an addon instance: their reports, their end
// by pidfd, and changes of the paths that protect them. No libuv pool slot is taken, and nothing
// polls.
#ifndef RINGFENCE_LINUX_PROCESS_WATCHER_H_
#define RINGFENCE_LINUX_PROCESS_WATCHER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/status.h"
#include "linux/launch.h"
#include "linux/path_watch.h"

namespace ringfence {

struct ProcessEvent {
  enum class Kind { kSpawned, kFailed, kExited, kClosed };
  Kind kind = Kind::kClosed;
  uint64_t id = 0;
  // kFailed.
  uint32_t stage = 0;
  int error = 0;
  std::string path;
  // kExited: as of wait(2).
  int wait_status = 0;
  uint64_t user_us = 0;
  uint64_t system_us = 0;
  uint64_t max_rss_bytes = 0;
};

class ProcessWatcher {
 public:
  // `sink` is called on the watcher's thread, in the order of events for each process. kClosed is
  // the last: the launcher has ended, and nobody holds its socket any more.
  using Sink = std::function<void(ProcessEvent)>;

  explicit ProcessWatcher(Sink sink) : sink_(std::move(sink)) {}
  // Ends every process that is left, waits for their end (2 s at most), and joins the thread.
  ~ProcessWatcher();
  ProcessWatcher(const ProcessWatcher&) = delete;
  ProcessWatcher& operator=(const ProcessWatcher&) = delete;

  // Watches the protected paths of a plan while launches of it run, and two seconds longer: to be
  // called before a launch. False: nobody watches, the launch must look by itself.
  bool WatchPaths(uint64_t plan_id, const std::vector<std::string>& paths);

  // Takes ownership. Events of the process carry the id. Starts the thread with the first process.
  Status Add(LaunchedProcess process, uint64_t plan_id, uint64_t* id);

  // False when the process has ended.
  bool Signal(uint64_t id, int signal);

 private:
  using Clock = std::chrono::steady_clock;

  struct Entry {
    LaunchedProcess process;
    uint64_t plan_id = 0;
    bool reaped = false;
    bool disconnected = false;
  };

  struct Watched {
    PathWatch watch;
    Clock::time_point last_used;
  };

  Status Start();
  void Run();
  void Dispatch(uint64_t cookie);
  // -1, or milliseconds after which DropIdleWatches() has something to do.
  int TimeoutMs();
  void DropIdleWatches();
  void ReadWatch(uint64_t plan_id);
  bool SendSignal(const Entry& entry, int signal);
  void ReadReports(uint64_t id);
  void Reap(uint64_t id);
  void CloseIfDone(uint64_t id);

  Sink sink_;
  std::mutex mutex_;
  std::map<uint64_t, std::unique_ptr<Entry>> entries_;
  std::map<uint64_t, std::unique_ptr<Watched>> watches_;
  uint64_t next_id_ = 1;
  bool stopping_ = false;
  unique_fd epoll_;
  unique_fd wake_;
  std::thread thread_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_PROCESS_WATCHER_H_
