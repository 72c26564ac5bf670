#include "linux/process_watcher.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include "linux/wire.h"

namespace ringfence {
namespace {

// An epoll cookie is an id and what of it is ready.
enum Source : uint64_t { kControl = 0, kPidfd = 1, kWatch = 2, kWake = 3 };
constexpr uint64_t Cookie(uint64_t id, Source source) { return (id << 2) | source; }

constexpr std::chrono::seconds kWatchIdle{2};

constexpr int kTeardownMs = 2000;

ProcessEvent EventOf(uint64_t id, const wire::Report& report) {
  ProcessEvent event;
  event.id = id;
  switch (report.kind) {
    case wire::ReportKind::kFailed:
      event.kind = ProcessEvent::Kind::kFailed;
      event.stage = report.stage;
      event.error = report.error;
      event.path.assign(report.path, report.path_length);
      break;
    case wire::ReportKind::kSpawned:
      event.kind = ProcessEvent::Kind::kSpawned;
      break;
    case wire::ReportKind::kExited:
      event.kind = ProcessEvent::Kind::kExited;
      event.wait_status = report.wait_status;
      event.user_us = report.user_us;
      event.system_us = report.system_us;
      event.max_rss_bytes = report.max_rss_bytes;
      break;
  }
  return event;
}

Status Register(int epoll, int fd, uint64_t cookie) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = cookie;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) return {Stage::kLaunchWatch, errno};
  return Status::Ok();
}

}  // namespace

ProcessWatcher::~ProcessWatcher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    // The launcher takes the end of its control socket as the end of its host.
    for (auto& [id, entry] : entries_) entry->process.control.reset();
  }
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  // Cannot fail: the counter of an eventfd overflows after 2^64 - 1 wake-ups only.
  while (write(wake_.get(), &one, sizeof one) < 0) {
  }
  thread_.join();
}

Status ProcessWatcher::Start() {
  if (thread_.joinable()) return Status::Ok();
  epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.valid()) return {Stage::kLaunchWatch, errno};
  wake_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.valid()) return {Stage::kLaunchWatch, errno};
  RINGFENCE_RETURN_IF_ERROR(Register(epoll_.get(), wake_.get(), Cookie(0, kWake)));
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // Signals of the host program are for its own threads.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Status status;
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    status = {Stage::kLaunchWatch, error.code().value()};
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return status;
}

bool ProcessWatcher::WatchPaths(uint64_t plan_id, const std::vector<std::string>& paths) {
  if (paths.empty()) return true;
  const std::lock_guard lock(mutex_);
  if (!Start().ok()) return false;
  auto& watched = watches_[plan_id];
  if (!watched) {
    watched = std::make_unique<Watched>();
    if (!watched->watch.Start(paths) ||
        !Register(epoll_.get(), watched->watch.fd(), Cookie(plan_id, kWatch)).ok()) {
      watches_.erase(plan_id);
      return false;
    }
  }
  watched->last_used = Clock::now();
  return true;
}

Status ProcessWatcher::Add(LaunchedProcess process, uint64_t plan_id, uint64_t* id) {
  const std::lock_guard lock(mutex_);
  // On failure `process` is destroyed here: its socket closes, so the tree ends.
  RINGFENCE_RETURN_IF_ERROR(Start());
  *id = next_id_++;
  RINGFENCE_RETURN_IF_ERROR(Register(epoll_.get(), process.control.get(), Cookie(*id, kControl)));
  RINGFENCE_RETURN_IF_ERROR(Register(epoll_.get(), process.pidfd.get(), Cookie(*id, kPidfd)));
  auto entry = std::make_unique<Entry>();
  entry->process = std::move(process);
  entry->plan_id = plan_id;
  entries_.emplace(*id, std::move(entry));
  return Status::Ok();
}

bool ProcessWatcher::Signal(uint64_t id, int signal) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  return found != entries_.end() && SendSignal(*found->second, signal);
}

bool ProcessWatcher::SendSignal(const Entry& entry, int signal) {
  if (!entry.process.control.valid()) return false;
  const wire::Control control{signal};
  return send(entry.process.control.get(), &control, sizeof control, MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(sizeof control);
}

void ProcessWatcher::Run() {
  for (;;) {
    const int timeout = TimeoutMs();
    if (timeout == 0) return;
    epoll_event events[64];
    const int count = epoll_wait(epoll_.get(), events, 64, timeout);
    for (int i = 0; i < count; ++i) Dispatch(events[i].data.u64);
    const std::unique_lock lock(mutex_);
    if (count == 0 && stopping_) return;
  }
}

void ProcessWatcher::Dispatch(uint64_t cookie) {
  const uint64_t id = cookie >> 2;
  switch (static_cast<Source>(cookie & 3)) {
    case kControl:
      return ReadReports(id);
    case kPidfd:
      return Reap(id);
    case kWatch:
      return ReadWatch(id);
    case kWake: {
      uint64_t value = 0;
      while (read(wake_.get(), &value, sizeof value) < 0 && errno == EINTR) {
      }
    }
  }
}

int ProcessWatcher::TimeoutMs() {
  DropIdleWatches();
  const std::lock_guard lock(mutex_);
  if (stopping_) return entries_.empty() ? 0 : kTeardownMs;
  return watches_.empty() ? -1 : static_cast<int>(std::chrono::milliseconds(kWatchIdle).count());
}

void ProcessWatcher::DropIdleWatches() {
  // Destroyed without the lock: the kernel takes some 10 ms to end an inotify instance.
  std::vector<std::unique_ptr<Watched>> dropped;
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  for (const auto& [id, entry] : entries_) {
    const auto used = watches_.find(entry->plan_id);
    if (used != watches_.end()) used->second->last_used = now;
  }
  for (auto watched = watches_.begin(); watched != watches_.end();) {
    if (now - watched->second->last_used < kWatchIdle) {
      ++watched;
      continue;
    }
    dropped.push_back(std::move(watched->second));
    watched = watches_.erase(watched);
  }
}

void ProcessWatcher::ReadWatch(uint64_t plan_id) {
  const std::lock_guard lock(mutex_);
  const auto found = watches_.find(plan_id);
  if (found == watches_.end() || !found->second->watch.Changed()) return;
  for (const auto& [id, entry] : entries_) {
    if (entry->plan_id == plan_id) SendSignal(*entry, wire::kRepairSignal);
  }
}

void ProcessWatcher::ReadReports(uint64_t id) {
  for (;;) {
    wire::Report report = {};
    {
      const std::lock_guard lock(mutex_);
      const auto found = entries_.find(id);
      if (found == entries_.end() || !found->second->process.control.valid()) return;
      Entry& entry = *found->second;
      const ssize_t size = recv(entry.process.control.get(), &report, sizeof report, MSG_DONTWAIT);
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
      // The launcher ended before it had read everything. That is told once, before its reports.
      if (size < 0 && errno == ECONNRESET) continue;
      const bool whole = size >= static_cast<ssize_t>(offsetof(wire::Report, path)) &&
                         report.path_length <= wire::kReportPathCapacity;
      if (!whole) {
        entry.process.control.reset();
        entry.disconnected = true;
      }
    }
    if (report.kind == static_cast<wire::ReportKind>(0)) return CloseIfDone(id);
    sink_(EventOf(id, report));
  }
}

void ProcessWatcher::Reap(uint64_t id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second->reaped) return;
    siginfo_t info;
    constexpr idtype_t kPidfd = static_cast<idtype_t>(3);  // P_PIDFD, Linux 5.4
    const auto pidfd = static_cast<id_t>(found->second->process.pidfd.get());
    if (waitid(kPidfd, pidfd, &info, WEXITED | WNOHANG) < 0 && errno == EINTR) return;
    found->second->reaped = true;
    found->second->process.pidfd.reset();
    if (stopping_) found->second->disconnected = true;
  }
  ReadReports(id);
  CloseIfDone(id);
}

void ProcessWatcher::CloseIfDone(uint64_t id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    if (!found->second->reaped || !found->second->disconnected) return;
    entries_.erase(found);
  }
  ProcessEvent event;
  event.id = id;
  sink_(std::move(event));
}

}  // namespace ringfence
