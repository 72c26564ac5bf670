#include "win/io/completion_port.h"

#include <system_error>
#include <utility>

namespace ringfence::win {
namespace {

// Keys of packets. Those of reads and writes have the address of their Transfers, which lives as
// long as one is in flight.
constexpr uintptr_t kWake = 0;
constexpr uintptr_t kStop = 1;

// After this many packets it is told what they say.
constexpr int kPacketsPerTurn = 64;

constexpr uint32_t kDrainMs = 1000;
constexpr int kDrainTries = 5;

// "System Error Codes": ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_SYSTEM_RESOURCES.
constexpr uint32_t kErrorNotEnoughMemory = 8;
constexpr uint32_t kErrorNoSystemResources = 1450;

// What a person types to end the input of a console that reads lines ("ReadConsole function"): no
// program can be asked whether it does.
constexpr int kControlZ = 26;

}  // namespace

Status OverlappedEnd::Write(const char* bytes, size_t size, size_t* written) {
  return transfers_->Write(bytes, size, written);
}

Status OverlappedEnd::Resize(uint16_t columns, uint16_t rows) {
  return resize_ ? resize_({columns, rows}) : Status::Ok();
}

int OverlappedEnd::EndOfInput() { return transfers_->has_input() ? kControlZ : -1; }

CompletionPort::~CompletionPort() {
  if (!port_.valid()) return;
  for (int tries = 0; *in_flight_ > 0 && tries < kDrainTries; ++tries) {
    bool got = true;
    while (got && *in_flight_ > 0) {
      Completion completion;
      if (!api_.io.WaitCompletion(port_.get(), kDrainMs, &got, &completion).ok()) return;
      if (!got || completion.key == kWake || completion.key == kStop) continue;
      reinterpret_cast<Transfers*>(completion.key)->Complete(completion);
    }
  }
  // What is in flight even now keeps its memory for good: Windows may still write there.
}

Status CompletionPort::MakePort() {
  if (port_.valid()) return Status::Ok();
  Handle port = Handle::kNone;
  const OsError error = api_.io.CreatePort(&port);
  if (!error.ok()) return Failed(Stage::kWinPipeWatch, error);
  port_ = UniqueHandle(api_.handle, port);
  return Status::Ok();
}

Status CompletionPort::MakeEnd(EndHandles handles, ResizeTerminal resize,
                               std::shared_ptr<OverlappedEnd>* end) {
  RINGFENCE_RETURN_IF_ERROR(MakePort());
  const Handle ours[] = {handles.output.get(), handles.input.get()};
  auto transfers = std::make_shared<Transfers>(api_, std::move(handles), in_flight_);
  const auto key = reinterpret_cast<uintptr_t>(transfers.get());
  for (const Handle handle : ours) {
    if (handle == Handle::kNone) continue;
    const OsError error = api_.io.AssociatePort(handle, port_.get(), key);
    if (!error.ok()) return Failed(Stage::kWinPipeWatch, error);
  }
  *end = std::make_shared<OverlappedEnd>(std::move(transfers), std::move(resize));
  return Status::Ok();
}

Status CompletionPort::Start(std::function<void()> run, std::thread* thread) {
  RINGFENCE_RETURN_IF_ERROR(MakePort());
  try {
    *thread = std::thread(std::move(run));
  } catch (const std::system_error&) {
    return Failed(Stage::kWinThread, Win32Error(kErrorNoSystemResources));
  }
  return Status::Ok();
}

Status CompletionPort::Await(IoEnd* end, uint64_t id, Interest interest) {
  const std::shared_ptr<Transfers>& transfers = static_cast<OverlappedEnd*>(end)->transfers_;
  transfers->SetInterest(id, interest);
  if (!interest.input && !interest.room) return Status::Ok();
  {
    const std::lock_guard lock(mutex_);
    changed_.push_back(transfers);
  }
  const OsError error = api_.io.Post(port_.get(), kWake, 0);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinPipeWatch, error);
}

bool CompletionPort::Wait(std::vector<Ready>* ready) {
  ready->clear();
  Tell(ready);
  // Who has something to tell already does not wait for more.
  if (!TakeCompletions(ready->empty() ? kForever : 0)) return false;
  if (ready->empty()) Tell(ready);
  return true;
}

bool CompletionPort::TakeCompletions(uint32_t milliseconds) {
  for (int packets = 0; packets < kPacketsPerTurn; ++packets) {
    bool got = false;
    Completion completion;
    const uint32_t patience = packets == 0 ? milliseconds : 0;
    if (!api_.io.WaitCompletion(port_.get(), patience, &got, &completion).ok()) return false;
    if (!got) return true;
    if (completion.key == kStop) return false;
    if (completion.key == kWake) continue;
    auto* const transfers = reinterpret_cast<Transfers*>(completion.key);
    const std::weak_ptr<Transfers> known = transfers->weak_from_this();
    transfers->Complete(completion);
    const std::lock_guard lock(mutex_);
    changed_.push_back(known);
  }
  return true;
}

void CompletionPort::Tell(std::vector<Ready>* ready) {
  std::vector<std::weak_ptr<Transfers>> changed;
  {
    const std::lock_guard lock(mutex_);
    changed.swap(changed_);
  }
  std::vector<std::weak_ptr<Transfers>> told;
  for (std::weak_ptr<Transfers>& known : changed) {
    const std::shared_ptr<Transfers> transfers = known.lock();
    if (!transfers) continue;
    const Interest news = transfers->Poll();
    if (!news.input && !news.room) continue;
    ready->push_back({transfers->id(), news.input, news.room});
    // It is looked at again next time: it may not all be taken.
    told.push_back(std::move(known));
  }
  const std::lock_guard lock(mutex_);
  changed_.insert(changed_.end(), told.begin(), told.end());
}

void CompletionPort::Stop() {
  // Whoever cannot be woken cannot be ended either.
  (void)api_.io.Post(port_.get(), kStop, 0);
}

Status CompletionPort::NoMemory() const {
  return Failed(Stage::kWinPipeRead, Win32Error(kErrorNotEnoughMemory));
}

}  // namespace ringfence::win
