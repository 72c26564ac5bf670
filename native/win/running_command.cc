#include "win/running_command.h"

#include <system_error>
#include <utility>

namespace ringfence::win {
namespace {

// A packet of ours under the key of a command: its console is closed. No number of a job.
constexpr uint32_t kConsoleClosed = 0x10001;

// What a shell makes of a signal.
constexpr uint32_t kSignalExitCode = 128;

constexpr int kKillSignal = 9;

constexpr double kTicksPerSecond = 1e7;
constexpr double kMicrosecondsPerSecond = 1e6;

}  // namespace

RunningCommand::RunningCommand(const Win32Api& api, Handle port, uint64_t id, uint64_t plan_id,
                               std::shared_ptr<StampLease> lease, Launched launched,
                               const JobLimits& limits, bool has_terminal, Sink sink)
    : api_(api),
      port_(port),
      id_(id),
      plan_id_(plan_id),
      limits_(limits),
      sink_(std::move(sink)),
      lease_(std::move(lease)),
      launched_(std::move(launched)) {
  if (!has_terminal) return;
  console_ = std::make_shared<ConsoleControl>();
  console_->launched = &launched_;
}

RunningCommand::~RunningCommand() {
  if (console_) {
    const std::lock_guard lock(console_->mutex);
    console_->launched = nullptr;
  }
  if (closer_.joinable()) closer_.join();
}

CommandEvent RunningCommand::Event(CommandEvent::Kind kind) const {
  CommandEvent event;
  event.kind = kind;
  event.id = id_;
  return event;
}

void RunningCommand::TellSpawned() {
  CommandEvent event = Event(CommandEvent::Kind::kSpawned);
  event.pid = launched_.pid();
  if (console_) {
    event.terminal = std::make_shared<OpenedTerminal>();
    event.terminal->ends = {launched_.TakeTerminalOutput(), launched_.TakeTerminalInput()};
    event.terminal->resize = [console = console_](TerminalSize size) {
      const std::lock_guard lock(console->mutex);
      return console->launched == nullptr ? Status::Ok() : console->launched->Resize(size);
    };
  }
  sink_(std::move(event));
}

void RunningCommand::Take(const Completion& completion) {
  if (completion.number == kConsoleClosed && completion.overlapped == 0) {
    closer_.join();
    done_ = true;
    return;
  }
  launched_.Take(completion);
  Advance();
}

void RunningCommand::Look() {
  const Status status = launched_.Look();
  if (!status.ok()) return Fail(status);
  Advance();
}

void RunningCommand::Advance() {
  if (done_) return;
  TellLimit();
  if (launched_.exited() && !exit_told_) TellExit();
  if (exit_told_ && launched_.empty()) CloseConsole();
}

void RunningCommand::TellLimit() {
  const std::optional<JobLimit> limit = launched_.limit();
  if (limit_told_ || !limit) return;
  limit_told_ = true;
  CommandEvent event = Event(CommandEvent::Kind::kLimit);
  event.limit = *limit;
  Usage usage;
  const Status status = launched_.ReadUsage(&usage);
  if (!status.ok()) return Fail(status);
  switch (event.limit) {
    case JobLimit::kMemory:
      event.limit_value = static_cast<double>(limits_.memory_bytes);
      event.limit_used = static_cast<double>(usage.peak_memory_bytes);
      break;
    case JobLimit::kProcesses:
      event.limit_value = limits_.processes;
      event.limit_used = usage.active_processes;
      break;
    case JobLimit::kCpu:
      event.limit_value = static_cast<double>(limits_.cpu_100ns) / kTicksPerSecond;
      event.limit_used = static_cast<double>(usage.user_us) / kMicrosecondsPerSecond;
      break;
  }
  sink_(std::move(event));
  // Windows only refuses memory. Of a command that got none the rest is of no use.
  if (*limit == JobLimit::kMemory) Kill(kKillSignal);
}

void RunningCommand::TellExit() {
  // The CPU time, of which no packet tells.
  Status status = launched_.Look();
  if (status.ok()) TellLimit();
  CommandEvent event = Event(CommandEvent::Kind::kExited);
  if (status.ok()) status = launched_.ExitCode(&event.exit_code);
  if (status.ok()) status = launched_.ReadUsage(&event.usage);
  if (!status.ok()) return Fail(std::move(status));
  // It may have ended by itself just before.
  if (signal_ != 0 && event.exit_code == kSignalExitCode + static_cast<uint32_t>(signal_)) {
    event.signal = signal_;
  }
  const auto wall = std::chrono::steady_clock::now() - start_;
  event.wall_us =
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(wall).count());
  exit_told_ = true;
  sink_(std::move(event));
  if (launched_.empty()) return;
  status = launched_.Kill(kSignalExitCode + kKillSignal);
  if (!status.ok()) Fail(std::move(status));
}

void RunningCommand::Kill(int signal) {
  if (done_ || exit_told_) return;
  if (signal_ == 0) signal_ = signal;
  Status status = launched_.Kill(kSignalExitCode + static_cast<uint32_t>(signal_));
  if (!status.ok()) Fail(std::move(status));
}

void RunningCommand::Fail(Status failure) {
  if (done_) return;
  CommandEvent event = Event(CommandEvent::Kind::kFailed);
  event.failure = std::move(failure);
  if (!exit_told_) sink_(std::move(event));
  // With its last handle the job ends everything.
  exit_told_ = true;
  CloseConsole();
}

void RunningCommand::CloseConsole() {
  if (!console_) {
    done_ = true;
    return;
  }
  if (closer_.joinable()) return;
  {
    const std::lock_guard lock(console_->mutex);
    console_->launched = nullptr;
  }
  try {
    closer_ = std::thread([this] {
      launched_.CloseConsole();
      // Whoever cannot be told finds out when it looks.
      (void)api_.io.Post(port_, id_, kConsoleClosed);
    });
  } catch (const std::system_error&) {
    launched_.CloseConsole();
    done_ = true;
  }
}

}  // namespace ringfence::win
