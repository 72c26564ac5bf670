#include "core/output_reader.h"

#include <utility>

namespace ringfence {
namespace {

// After this many reads it is the turn of other outputs.
constexpr int kReadsPerTurn = 8;

// Full blocks after which the JS thread is woken although the command writes on. Fewer: it is woken
// more often. More: it begins later.
constexpr size_t kBlocksPerWake = 4;

// Below this many full blocks a stream that waits is read on.
constexpr size_t kResumeBlocks = OutputReader::kBlocksPerStream / 2;

}  // namespace

OutputReader::~OutputReader() {
  if (thread_.joinable()) {
    port_->Stop();
    thread_.join();
  }
  for (const auto& [id, channel] : channels_) channel->end->Close();
}

Status OutputReader::OpenStream(std::shared_ptr<IoEnd> end, std::shared_ptr<OutputBudget> budget,
                                uint64_t* id) {
  return Open(std::make_shared<Channel>(std::move(end), std::move(budget)), true, id);
}

Status OutputReader::OpenCapture(std::shared_ptr<IoEnd> end, uint64_t capacity,
                                 std::shared_ptr<OutputBudget> budget, uint64_t* id) {
  auto channel = std::make_shared<Channel>(std::move(end), std::move(budget));
  channel->capture = std::make_unique<HeadTail>(capacity);
  return Open(std::move(channel), true, id);
}

Status OutputReader::OpenInput(std::shared_ptr<IoEnd> end, uint64_t* id) {
  return Open(std::make_shared<Channel>(std::move(end), nullptr), false, id);
}

Status OutputReader::Open(std::shared_ptr<Channel> channel, bool reads, uint64_t* id) {
  RINGFENCE_RETURN_IF_ERROR(Start());
  const std::lock_guard lock(mutex_);
  channel->id = next_id_++;
  if (reads) Watch(channel.get());
  if (channel->ended) return channel->failure;
  *id = channel->id;
  channels_.emplace(channel->id, std::move(channel));
  return Status::Ok();
}

Status OutputReader::Start() {
  if (thread_.joinable()) return Status::Ok();
  scratch_ = std::make_unique<char[]>(kBlockBytes);
  return port_->Start([this] { Run(); }, &thread_);
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
    chunk.kind = OutputChunk::Kind::kData;
    chunk.block = channel.filled.front().block;
    chunk.size = channel.filled.front().size;
    channel.filled.pop_front();
    if (channel.stalled && channel.filled.size() <= kResumeBlocks) {
      channel.stalled = false;
      Watch(&channel);
    }
  } else if (channel.ended) {
    chunk.kind = channel.failure.ok() ? OutputChunk::Kind::kEnd : OutputChunk::Kind::kFailed;
    chunk.failure = channel.failure;
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
  captured.failure = found->second->failure;
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

std::shared_ptr<IoEnd> OutputReader::EndOf(uint64_t id) {
  const std::shared_ptr<Channel> channel = Find(id);
  return channel ? channel->end : nullptr;
}

void OutputReader::AwaitRoom(uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = channels_.find(id);
  if (found == channels_.end()) return;
  found->second->awaits_room = true;
  // Where it cannot be told, the caller finds out by itself.
  (void)Register(found->second.get());
}

int OutputReader::NumberOf(uint64_t id) {
  const std::shared_ptr<IoEnd> end = EndOf(id);
  return end ? end->Number() : -1;
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
  channel->end->Close();
}

std::shared_ptr<OutputChannel> OutputReader::Find(uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = channels_.find(id);
  return found == channels_.end() ? nullptr : found->second;
}

void OutputReader::Run() {
  std::vector<IoPort::Ready> ready;
  while (port_->Wait(&ready)) {
    for (const IoPort::Ready& told : ready) {
      const std::shared_ptr<Channel> channel = Find(told.id);
      if (!channel) continue;
      if (told.room) TellRoom(channel.get());
      if (told.input) Serve(channel.get());
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
  const IoRead read = channel->end->Read(room, size);
  const size_t passing = Charge(channel, read);
  const std::lock_guard lock(mutex_);
  channel->filling = false;
  channel->filled.back().size += passing;
  // An idle stream, and one whose last bytes did not pass, holds no block.
  if (channel->closed || channel->filled.back().size == 0) {
    spares_.push_back(channel->filled.back().block);
    channel->filled.pop_back();
  }
  if (channel->closed) return Next::kPause;
  if (read.kind == IoRead::Kind::kEnd || read.kind == IoRead::Kind::kFailed) {
    End(channel, read.failure);
    return Next::kPause;
  }
  const size_t full = channel->filled.size() - (HasRoom(*channel) ? 1 : 0);
  const bool drained = read.kind == IoRead::Kind::kNothing;
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
  const IoRead read = channel->end->Read(room ? room : scratch_.get(), size);
  if (read.kind == IoRead::Kind::kNothing || read.kind == IoRead::Kind::kClosed) {
    return Next::kPause;
  }
  const size_t passing = Charge(channel, read);
  Status failure = read.failure;
  if (room) {
    capture.Commit(passing);
  } else if (!capture.Write(scratch_.get(), passing)) {
    failure = port_->NoMemory();
  }
  const bool over = channel->budget && channel->budget->exceeded();
  const bool ends = read.kind != IoRead::Kind::kData || !failure.ok();
  if (!ends && !over) return Next::kReadOn;
  if (ends) capture.Finish();
  const std::lock_guard lock(mutex_);
  if (channel->closed) return Next::kPause;
  if (ends) {
    End(channel, std::move(failure));
  } else {
    Announce(channel);
  }
  return ends ? Next::kPause : Next::kReadOn;
}

OutputReader::Next OutputReader::Discard(Channel* channel) {
  const IoRead read = channel->end->Read(scratch_.get(), kBlockBytes);
  if (read.kind == IoRead::Kind::kData) return Next::kReadOn;
  if (read.kind == IoRead::Kind::kNothing) return Next::kPause;
  if (channel->capture) channel->capture->Finish();
  const std::lock_guard lock(mutex_);
  if (!channel->closed) End(channel, read.failure);
  return Next::kPause;
}

size_t OutputReader::Charge(Channel* channel, const IoRead& read) {
  if (read.kind != IoRead::Kind::kData) return 0;
  if (!channel->budget) return read.size;
  const size_t passing = channel->budget->Take(read.size);
  if (channel->budget->exceeded()) {
    const std::lock_guard lock(mutex_);
    channel->exceeded = true;
  }
  return passing;
}

void OutputReader::End(Channel* channel, Status failure) {
  Unwatch(channel);
  channel->ended = true;
  channel->failure = std::move(failure);
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
  channel->failure = Register(channel);
  if (channel->failure.ok()) return;
  channel->watched = false;
  channel->ended = true;
}

void OutputReader::Unwatch(Channel* channel) {
  channel->watched = false;
  (void)Register(channel);
}

Status OutputReader::Register(Channel* channel) {
  return port_->Await(channel->end.get(), channel->id, {channel->watched, channel->awaits_room});
}

}  // namespace ringfence
