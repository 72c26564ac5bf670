#include "linux/output_reader.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>

#include "posix/background_thread.h"

namespace ringfence {
namespace {

constexpr uint64_t kStop = 0;

// After this many reads it is the turn of other outputs.
constexpr int kReadsPerTurn = 8;

// Full blocks after which the JS thread is woken although the command writes on. Fewer: it is woken
// more often. More: it begins later.
constexpr size_t kBlocksPerWake = 4;

// Below this many full blocks a stream that waits is read on.
constexpr size_t kResumeBlocks = OutputReader::kBlocksPerStream / 2;

}  // namespace

OutputReader::~OutputReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  // Cannot fail: the counter of an eventfd overflows after 2^64 - 1 wake-ups only.
  while (write(stop_.get(), &one, sizeof one) < 0) {
  }
  thread_.join();
}

Status OutputReader::OpenStream(OutputSource source, std::shared_ptr<OutputBudget> budget,
                                uint64_t* id) {
  return Open(std::make_shared<Channel>(std::move(source), std::move(budget)), id);
}

Status OutputReader::OpenCapture(OutputSource source, uint64_t capacity,
                                 std::shared_ptr<OutputBudget> budget, uint64_t* id) {
  auto channel = std::make_shared<Channel>(std::move(source), std::move(budget));
  channel->capture = std::make_unique<HeadTail>(capacity);
  return Open(std::move(channel), id);
}

Status OutputReader::Open(std::shared_ptr<Channel> channel, uint64_t* id) {
  RINGFENCE_RETURN_IF_ERROR(Start());
  const std::lock_guard lock(mutex_);
  channel->id = next_id_++;
  Watch(channel.get());
  if (!channel->watched) return {Stage::kOutputWatch, errno};
  *id = channel->id;
  channels_.emplace(channel->id, std::move(channel));
  return Status::Ok();
}

Status OutputReader::Start() {
  if (thread_.joinable()) return Status::Ok();
  scratch_ = std::make_unique<char[]>(kBlockBytes);
  epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.valid()) return {Stage::kOutputWatch, errno};
  stop_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop_.valid()) return {Stage::kOutputWatch, errno};
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = kStop;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_.get(), &event) < 0) {
    return {Stage::kOutputWatch, errno};
  }
  return StartBackgroundThread(Stage::kOutputThread, [this] { Run(); }, &thread_);
}

std::vector<OutputReader::News> OutputReader::TakeNews() {
  std::vector<News> news;
  const std::lock_guard lock(mutex_);
  wake_pending_ = false;
  for (const uint64_t id : announced_) {
    const auto found = channels_.find(id);
    if (found == channels_.end()) continue;
    Channel& channel = *found->second;
    channel.announced = false;
    const bool readable = channel.armed && (channel.ended || !channel.filled.empty());
    if (readable) channel.armed = false;
    news.push_back({id, readable, channel.exceeded, channel.writable});
    channel.exceeded = false;
    channel.writable = false;
  }
  announced_.clear();
  return news;
}

OutputChunk OutputReader::Take(uint64_t id) {
  OutputChunk chunk;
  const std::lock_guard lock(mutex_);
  const auto found = channels_.find(id);
  if (found == channels_.end()) return chunk;
  Channel& channel = *found->second;
  const bool last = channel.filled.size() == 1;
  if (!channel.filled.empty() && !(last && channel.filling)) {
    chunk = {OutputChunk::Kind::kData, channel.filled.front().block, channel.filled.front().size};
    channel.filled.pop_front();
    if (channel.stalled && channel.filled.size() <= kResumeBlocks) {
      channel.stalled = false;
      Watch(&channel);
    }
  } else if (channel.ended) {
    chunk.kind = channel.error == 0 ? OutputChunk::Kind::kEnd : OutputChunk::Kind::kFailed;
    chunk.error = channel.error;
  } else {
    channel.armed = true;
  }
  return chunk;
}

CapturedOutput OutputReader::TakeCapture(uint64_t id) {
  CapturedOutput captured;
  const std::lock_guard lock(mutex_);
  const auto found = channels_.find(id);
  if (found == channels_.end() || !found->second->capture || !found->second->ended) return captured;
  HeadTail& capture = *found->second->capture;
  captured.error = found->second->error;
  captured.size = capture.size();
  captured.head_size = capture.head_size();
  captured.dropped = capture.dropped();
  captured.bytes = capture.Release();
  return captured;
}

OutputReader::Blocks OutputReader::CountBlocks() {
  const std::lock_guard lock(mutex_);
  return {spares_.size(), starved_.size()};
}

void OutputReader::Lend(char* block) {
  const std::lock_guard lock(mutex_);
  spares_.push_back(block);
  if (starved_.empty()) return;
  const auto found = channels_.find(starved_.back());
  starved_.pop_back();
  if (found != channels_.end() && !found->second->ended) Watch(found->second.get());
}

std::vector<char*> OutputReader::TakeSpares(size_t keep) {
  const std::lock_guard lock(mutex_);
  if (spares_.size() <= keep) return {};
  std::vector<char*> taken(spares_.begin() + static_cast<ptrdiff_t>(keep), spares_.end());
  spares_.resize(keep);
  return taken;
}

std::shared_ptr<PipeEnd> OutputReader::EndOf(uint64_t id) {
  std::shared_ptr<Channel> channel = Find(id);
  if (!channel) return nullptr;
  PipeEnd* const end = &channel->end;
  return {std::move(channel), end};
}

void OutputReader::AwaitRoom(uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = channels_.find(id);
  if (found == channels_.end()) return;
  found->second->awaits_room = true;
  // Where it cannot be told, the caller finds out by itself.
  (void)Register(found->second.get());
}

int OutputReader::FdOf(uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = channels_.find(id);
  if (found == channels_.end() || found->second->end.terminal) return -1;
  return found->second->end.fd.get();
}

void OutputReader::Close(uint64_t id) {
  const std::shared_ptr<Channel> channel = Find(id);
  if (!channel) return;
  {
    const std::lock_guard lock(mutex_);
    channel->awaits_room = false;
    Unwatch(channel.get());
    channel->closed = true;
    while (channel->filled.size() > (channel->filling ? 1U : 0U)) {
      spares_.push_back(channel->filled.front().block);
      channel->filled.pop_front();
    }
    channels_.erase(id);
  }
  drain_.Close(&channel->end);
}

std::shared_ptr<OutputChannel> OutputReader::Find(uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = channels_.find(id);
  return found == channels_.end() ? nullptr : found->second;
}

void OutputReader::Run() {
  for (;;) {
    epoll_event events[64];
    const int count = epoll_wait(epoll_.get(), events, 64, -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == kStop) return;
      const std::shared_ptr<Channel> channel = Find(events[i].data.u64);
      if (!channel) continue;
      if ((events[i].events & ~EPOLLIN) != 0) TellRoom(channel.get());
      if ((events[i].events & ~EPOLLOUT) != 0) Serve(channel.get());
    }
  }
}

void OutputReader::Serve(Channel* channel) {
  for (int read = 0; read < kReadsPerTurn; ++read) {
    const bool over = channel->budget && channel->budget->exceeded();
    const Next next = over               ? Discard(channel)
                      : channel->capture ? ReadCapture(channel)
                                         : ReadStream(channel);
    if (wake_needed_) {
      wake_needed_ = false;
      wake_();
    }
    if (next == Next::kPause) return;
  }
}

void OutputReader::TellRoom(Channel* channel) {
  {
    const std::lock_guard lock(mutex_);
    if (!channel->awaits_room) return;
    channel->awaits_room = false;
    channel->writable = true;
    (void)Register(channel);
    Announce(channel);
  }
  if (!wake_needed_) return;
  wake_needed_ = false;
  wake_();
}

OutputReader::Next OutputReader::ReadStream(Channel* channel) {
  size_t size = 0;
  char* const room = PickRoom(channel, &size);
  if (room == nullptr) return Next::kPause;
  const ssize_t count = drain_.Read(&channel->end, room, size);
  const size_t passing = Charge(channel, count);
  const std::lock_guard lock(mutex_);
  channel->filling = false;
  channel->filled.back().size += passing;
  // An idle stream, and one whose last bytes did not pass, holds no block.
  if (channel->closed || channel->filled.back().size == 0) {
    spares_.push_back(channel->filled.back().block);
    channel->filled.pop_back();
  }
  if (channel->closed) return Next::kPause;
  if (count == 0 || (count < 0 && count != -EAGAIN)) {
    End(channel, static_cast<int>(-count));
    return Next::kPause;
  }
  const size_t full = channel->filled.size() - (HasRoom(*channel) ? 1 : 0);
  const bool drained = count < 0;
  if (channel->exceeded ||
      (channel->armed && !channel->filled.empty() && (drained || full >= kBlocksPerWake))) {
    Announce(channel);
  }
  return drained ? Next::kPause : Next::kReadOn;
}

bool OutputReader::HasRoom(const Channel& channel) {
  return !channel.filled.empty() && channel.filled.back().size < kBlockBytes;
}

char* OutputReader::PickRoom(Channel* channel, size_t* size) {
  const std::lock_guard lock(mutex_);
  if (channel->closed) return nullptr;
  if (!HasRoom(*channel)) {
    const bool all_full = channel->filled.size() == kBlocksPerStream;
    if (all_full || spares_.empty()) {
      Unwatch(channel);
      if (channel->armed && !channel->filled.empty()) Announce(channel);
      channel->stalled = all_full;
      if (!all_full) {
        starved_.push_back(channel->id);
        RequestWake();
      }
      return nullptr;
    }
    channel->filled.push_back({spares_.back(), 0});
    spares_.pop_back();
  }
  channel->filling = true;
  Channel::Filled& open = channel->filled.back();
  *size = kBlockBytes - open.size;
  return open.block + open.size;
}

OutputReader::Next OutputReader::ReadCapture(Channel* channel) {
  HeadTail& capture = *channel->capture;
  size_t size = kBlockBytes;
  char* const room = capture.Room(kBlockBytes, &size);
  const ssize_t count = drain_.Read(&channel->end, room ? room : scratch_.get(), size);
  if (count == -EAGAIN || count == -EBADF) return Next::kPause;
  const size_t passing = Charge(channel, count);
  int error = count < 0 ? static_cast<int>(-count) : 0;
  if (room) {
    capture.Commit(passing);
  } else if (!capture.Write(scratch_.get(), passing)) {
    error = ENOMEM;
  }
  const bool over = channel->budget && channel->budget->exceeded();
  if (count > 0 && error == 0 && !over) return Next::kReadOn;
  const bool ends = count <= 0 || error != 0;
  if (ends) capture.Finish();
  const std::lock_guard lock(mutex_);
  if (channel->closed) return Next::kPause;
  if (ends) {
    End(channel, error);
  } else {
    Announce(channel);
  }
  return ends ? Next::kPause : Next::kReadOn;
}

OutputReader::Next OutputReader::Discard(Channel* channel) {
  const ssize_t count = drain_.Read(&channel->end, scratch_.get(), kBlockBytes);
  if (count > 0) return Next::kReadOn;
  if (count == -EAGAIN) return Next::kPause;
  if (channel->capture) channel->capture->Finish();
  const std::lock_guard lock(mutex_);
  if (!channel->closed) End(channel, static_cast<int>(-count));
  return Next::kPause;
}

size_t OutputReader::Charge(Channel* channel, ssize_t count) {
  if (count <= 0) return 0;
  const auto size = static_cast<size_t>(count);
  if (!channel->budget) return size;
  const size_t passing = channel->budget->Take(size);
  if (channel->budget->exceeded()) {
    const std::lock_guard lock(mutex_);
    channel->exceeded = true;
  }
  return passing;
}

void OutputReader::End(Channel* channel, int error) {
  Unwatch(channel);
  channel->ended = true;
  channel->error = error;
  if (channel->armed || channel->exceeded) Announce(channel);
}

void OutputReader::Announce(Channel* channel) {
  if (!channel->announced) announced_.push_back(channel->id);
  channel->announced = true;
  RequestWake();
}

void OutputReader::RequestWake() {
  wake_needed_ = wake_needed_ || !wake_pending_;
  wake_pending_ = true;
}

void OutputReader::Watch(Channel* channel) {
  channel->watched = true;
  if (Register(channel)) return;
  channel->watched = false;
  channel->ended = true;
  channel->error = errno;
}

void OutputReader::Unwatch(Channel* channel) {
  channel->watched = false;
  (void)Register(channel);
}

bool OutputReader::Register(Channel* channel) {
  epoll_event event = {};
  if (channel->watched) event.events |= EPOLLIN;
  if (channel->awaits_room) event.events |= EPOLLOUT;
  event.data.u64 = channel->id;
  const bool wanted = event.events != 0;
  if (!wanted && !channel->registered) return true;
  const int operation = !wanted               ? EPOLL_CTL_DEL
                        : channel->registered ? EPOLL_CTL_MOD
                                              : EPOLL_CTL_ADD;
  if (epoll_ctl(epoll_.get(), operation, channel->end.fd.get(), &event) < 0) return false;
  channel->registered = wanted;
  return true;
}

}  // namespace ringfence
