#include "win/launch_thread.h"

#include <chrono>
#include <system_error>
#include <utility>

#include "win/launch.h"

namespace ringfence::win {
namespace {

// Key of the packets that say that there are messages. Commands have numbers from 1.
constexpr uintptr_t kMessages = 0;

// So often it is asked whether anything is left of a command that has ended: Windows promises no
// packet that says so.
constexpr uint32_t kLookMs = 50;

constexpr auto kEndPatience = std::chrono::seconds(2);
constexpr auto kPidPatience = std::chrono::seconds(5);

// ERROR_NO_SYSTEM_RESOURCES.
constexpr uint32_t kErrorNoSystemResources = 1450;

}  // namespace

LaunchThread::~LaunchThread() { End(); }

Status LaunchThread::Start() {
  Handle port = Handle::kNone;
  const OsError error = api_.io.CreatePort(&port);
  if (!error.ok()) return Failed(Stage::kWinJobWatch, error);
  port_ = UniqueHandle(api_.handle, port);
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error&) {
    return Failed(Stage::kWinThread, Win32Error(kErrorNoSystemResources));
  }
  return Status::Ok();
}

void LaunchThread::Leave(Message message) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  // Where it fails the message is found with the next one.
  (void)api_.io.Post(port_.get(), kMessages, 0);
}

uint64_t LaunchThread::Launch(CommandSpec spec) {
  Message message;
  {
    const std::lock_guard lock(mutex_);
    message.id = next_id_++;
  }
  const uint64_t id = message.id;
  message.spec = std::make_unique<CommandSpec>(std::move(spec));
  Leave(std::move(message));
  return id;
}

void LaunchThread::Kill(uint64_t id, int signal) {
  {
    const std::lock_guard lock(mutex_);
    if (pids_.find(id) == pids_.end()) killed_.insert(id);
  }
  Message message;
  message.id = id;
  message.signal = signal;
  Leave(std::move(message));
}

uint64_t LaunchThread::ClosePlan(uint64_t plan_id) {
  Message message;
  {
    const std::lock_guard lock(mutex_);
    message.id = next_id_++;
  }
  const uint64_t id = message.id;
  message.plan_id = plan_id;
  Leave(std::move(message));
  return id;
}

uint32_t LaunchThread::WaitForPid(uint64_t id) {
  std::unique_lock lock(mutex_);
  pid_known_.wait_for(lock, kPidPatience, [&] { return stopping_ || pids_.count(id) > 0; });
  const auto found = pids_.find(id);
  return found == pids_.end() ? 0 : found->second;
}

void LaunchThread::Forget(uint64_t id) {
  const std::lock_guard lock(mutex_);
  pids_.erase(id);
  killed_.erase(id);
}

void LaunchThread::Publish(uint64_t id, uint32_t pid) {
  const std::lock_guard lock(mutex_);
  pids_[id] = pid;
  pid_known_.notify_all();
}

void LaunchThread::End() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  pid_known_.notify_all();
  (void)api_.io.Post(port_.get(), kMessages, 0);
  thread_.join();
}

void LaunchThread::Run() {
  while (Turn()) {
  }
  EndCommands();
}

bool LaunchThread::Turn() {
  bool ending = false;
  for (const auto& [id, command] : commands_) ending = ending || command->is_ending();
  bool got = false;
  Completion completion;
  const OsError error =
      api_.io.WaitCompletion(port_.get(), ending ? kLookMs : kForever, &got, &completion);
  if (!error.ok()) return false;
  if (got && completion.key == kMessages) return TakeMessages();
  if (got) {
    // A launch that failed may leave packets behind.
    const auto found = commands_.find(completion.key);
    if (found != commands_.end()) found->second->Take(completion);
  } else {
    for (const auto& [id, command] : commands_) {
      if (command->is_ending()) command->Look();
    }
  }
  Sweep();
  return true;
}

bool LaunchThread::TakeMessages() {
  std::vector<Message> messages;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    messages.swap(messages_);
  }
  for (Message& message : messages) {
    if (message.spec) {
      StartCommand(message.id, message.spec.get());
    } else if (message.plan_id != 0) {
      closing_plans_.emplace(message.id, message.plan_id);
    } else if (const auto found = commands_.find(message.id); found != commands_.end()) {
      found->second->Kill(message.signal);
    }
  }
  Sweep();
  ClosePlans();
  return true;
}

bool LaunchThread::IsKilled(uint64_t id) {
  const std::lock_guard lock(mutex_);
  return stopping_ || killed_.count(id) > 0;
}

void LaunchThread::StartCommand(uint64_t id, CommandSpec* spec) {
  Status status = TryStart(id, spec);
  if (commands_.find(id) != commands_.end()) return;
  Publish(id, 0);
  if (!status.ok()) {
    CommandEvent failed;
    failed.kind = CommandEvent::Kind::kFailed;
    failed.id = id;
    failed.failure = std::move(status);
    sink_(std::move(failed));
  }
  CommandEvent closed;
  closed.id = id;
  sink_(std::move(closed));
}

Status LaunchThread::TryStart(uint64_t id, CommandSpec* spec) {
  if (IsKilled(id)) return Status::Ok();
  auto lease = std::make_shared<StampLease>();
  RINGFENCE_RETURN_IF_ERROR(StampLease::Acquire(api_, spec->plan->stamp, lease.get()));
  leases_[spec->plan->id] = lease;
  LaunchPlan plan = spec->plan->launch;
  plan.capability_sids = lease->sids();
  LaunchRequest request;
  request.program = std::move(spec->program);
  request.argv = std::move(spec->argv);
  request.environment = std::move(spec->environment);
  request.cwd = std::move(spec->cwd);
  for (size_t i = 0; i < request.stdio.size(); ++i) request.stdio[i] = spec->stdio[i].get();
  request.terminal = spec->terminal;
  request.events = {port_.get(), static_cast<uintptr_t>(id)};
  // Stamping may have taken long.
  if (IsKilled(id)) return Status::Ok();
  Launched launched;
  RINGFENCE_RETURN_IF_ERROR(win::Launch(api_, plan, request, &launched));
  Publish(id, launched.pid());
  const auto command = commands_.emplace(
      id, std::make_unique<RunningCommand>(api_, port_.get(), id, spec->plan->id, std::move(lease),
                                           std::move(launched), plan.limits,
                                           request.terminal.has_value(), sink_));
  command.first->second->TellSpawned();
  return Status::Ok();
}

void LaunchThread::Sweep() {
  bool any = false;
  for (auto it = commands_.begin(); it != commands_.end();) {
    if (!it->second->done()) {
      ++it;
      continue;
    }
    CommandEvent closed;
    closed.id = it->first;
    it = commands_.erase(it);
    sink_(std::move(closed));
    any = true;
  }
  if (any) ClosePlans();
}

void LaunchThread::ClosePlans() {
  for (auto it = closing_plans_.begin(); it != closing_plans_.end();) {
    bool used = false;
    for (const auto& [id, command] : commands_) used = used || command->plan_id() == it->second;
    if (used) {
      ++it;
      continue;
    }
    leases_.erase(it->second);
    CommandEvent closed;
    closed.kind = CommandEvent::Kind::kPlanClosed;
    closed.id = it->first;
    it = closing_plans_.erase(it);
    sink_(std::move(closed));
  }
}

// Commands with terminals stay until the destructor: by then nobody has their output open.
void LaunchThread::EndCommands() {
  constexpr int kKillSignal = 9;
  for (const auto& [id, command] : commands_) command->Kill(kKillSignal);
  const auto end = std::chrono::steady_clock::now() + kEndPatience;
  for (;;) {
    bool left = false;
    for (const auto& [id, command] : commands_) left = left || !command->done();
    if (!left || std::chrono::steady_clock::now() > end) break;
    bool got = false;
    Completion completion;
    if (!api_.io.WaitCompletion(port_.get(), kLookMs, &got, &completion).ok()) break;
    const auto found = got ? commands_.find(completion.key) : commands_.end();
    if (found != commands_.end()) found->second->Take(completion);
    for (const auto& [id, command] : commands_) {
      if (!got && command->is_ending()) command->Look();
    }
  }
  leases_.clear();
}

}  // namespace ringfence::win
