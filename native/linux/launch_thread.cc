#include "linux/launch_thread.h"

#include <chrono>
#include <utility>

#include "posix/background_thread.h"

namespace ringfence {
namespace {

constexpr std::chrono::seconds kPidPatience{5};
constexpr std::chrono::seconds kTeardown{2};

// Until it is known.
constexpr pid_t kUnknown = -1;

}  // namespace

LaunchThread::LaunchThread(unique_fd image, Dispatcher::Sink sink)
    : dispatcher_(std::move(image), std::move(sink),
                  [this](uint64_t id, pid_t pid) { Publish(id, pid); }) {}

LaunchThread::~LaunchThread() {
  if (!thread_.joinable()) return;
  mailbox_->Post([](Dispatcher* dispatcher) { dispatcher->Shutdown(); });
  thread_.join();
}

Status LaunchThread::Start() {
  RINGFENCE_RETURN_IF_ERROR(mailbox_->Open());
  RINGFENCE_RETURN_IF_ERROR(dispatcher_.Open(mailbox_->fd()));
  return StartBackgroundThread(Stage::kLaunchWatch, [this] { Run(); }, &thread_);
}

uint64_t LaunchThread::Launch(LaunchSpec spec, const std::shared_ptr<Gate>& gate) {
  uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_id_++;
    pids_[id] = kUnknown;
  }
  spec.held = gate != nullptr;
  // A function object has to be copyable.
  auto shared = std::make_shared<LaunchSpec>(std::move(spec));
  mailbox_->Post(
      [id, shared](Dispatcher* dispatcher) { dispatcher->Start(id, std::move(*shared)); });
  if (gate != nullptr) Proceed(id, gate);
  return id;
}

void LaunchThread::Proceed(uint64_t id, const std::shared_ptr<Gate>& gate) {
  const auto proceed = [id, mailbox = mailbox_](const Status& status) {
    mailbox->Post([id, status](Dispatcher* dispatcher) { dispatcher->Proceed(id, status); });
  };
  if (gate != nullptr) {
    gate->Wait(proceed);
  } else {
    proceed(Status::Ok());
  }
}

void LaunchThread::SetImage(unique_fd image) {
  auto shared = std::make_shared<unique_fd>(std::move(image));
  mailbox_->Post([shared](Dispatcher* dispatcher) { dispatcher->SetImage(std::move(*shared)); });
}

void LaunchThread::Signal(uint64_t id, int signal) {
  mailbox_->Post([id, signal](Dispatcher* dispatcher) { dispatcher->Signal(id, signal); });
}

uint64_t LaunchThread::ClosePlan(uint64_t plan_id) {
  uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_id_++;
  }
  mailbox_->Post([id, plan_id](Dispatcher* dispatcher) { dispatcher->ClosePlan(id, plan_id); });
  return id;
}

pid_t LaunchThread::WaitForPid(uint64_t id) {
  std::unique_lock lock(mutex_);
  const auto known = [this, id] {
    const auto found = pids_.find(id);
    return found == pids_.end() || found->second != kUnknown;
  };
  if (!pid_known_.wait_for(lock, kPidPatience, known)) return 0;
  const auto found = pids_.find(id);
  return found == pids_.end() ? 0 : found->second;
}

void LaunchThread::Forget(uint64_t id) {
  const std::lock_guard lock(mutex_);
  pids_.erase(id);
}

void LaunchThread::Publish(uint64_t id, pid_t pid) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = pids_.find(id);
    if (found != pids_.end()) found->second = pid;
  }
  pid_known_.notify_all();
}

void LaunchThread::Run() {
  for (;;) {
    for (const Mailbox::Message& message : mailbox_->Take()) message(&dispatcher_);
    if (dispatcher_.stopping()) break;
    dispatcher_.Serve();
  }
  const auto end = std::chrono::steady_clock::now() + kTeardown;
  while (!dispatcher_.empty() && std::chrono::steady_clock::now() < end) dispatcher_.Serve();
}

}  // namespace ringfence
