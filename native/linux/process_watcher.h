// One thread that waits for all launched processes of an addon instance: their reports, and their
// end by pidfd. No libuv pool slot is taken, and nothing polls.
#ifndef RINGFENCE_LINUX_PROCESS_WATCHER_H_
#define RINGFENCE_LINUX_PROCESS_WATCHER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/status.h"
#include "linux/launch.h"

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

  // Takes ownership. Events of the process carry the id. Starts the thread with the first process.
  Status Add(LaunchedProcess process, uint64_t* id);

  // False when the process has ended.
  bool Signal(uint64_t id, int signal);

 private:
  struct Entry {
    LaunchedProcess process;
    bool reaped = false;
    bool disconnected = false;
  };

  Status Start();
  void Run();
  void ReadReports(uint64_t id);
  void Reap(uint64_t id);
  void CloseIfDone(uint64_t id);

  Sink sink_;
  std::mutex mutex_;
  std::map<uint64_t, std::unique_ptr<Entry>> entries_;
  uint64_t next_id_ = 1;
  bool stopping_ = false;
  unique_fd epoll_;
  unique_fd wake_;
  std::thread thread_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_PROCESS_WATCHER_H_
