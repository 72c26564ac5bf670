#include "core/head_tail.h"

#include <algorithm>
#include <cstring>

namespace ringfence {
namespace {

constexpr size_t kFirstAllocation = size_t{16} * 1024;

// Filling a place directly saves a copy, which is worth it for places that take a whole read.
constexpr size_t kLeastRoom = size_t{64} * 1024;

}  // namespace

char* HeadTail::Room(size_t wanted, size_t* size) {
  size_t place = tail_start_;
  uint64_t room = used_ - std::min<uint64_t>(tail_start_, used_);
  if (!full()) {
    if (used_ < kLeastRoom) return nullptr;
    room = std::min<uint64_t>(wanted, capacity_ - used_);
    place = used_;
    if (room < kLeastRoom || !Grow(used_ + static_cast<size_t>(room))) return nullptr;
  }
  if (room < kLeastRoom) return nullptr;
  *size = static_cast<size_t>(std::min<uint64_t>(wanted, room));
  return memory_.get() + place;
}

void HeadTail::Commit(size_t size) {
  total_ += size;
  if (!full()) {
    used_ += size;
    return;
  }
  tail_start_ += size;
  if (tail_start_ == used_) tail_start_ = static_cast<size_t>(head_end_);
}

bool HeadTail::Write(const char* bytes, size_t size) {
  const auto fits = static_cast<size_t>(std::min<uint64_t>(size, capacity_ - used_));
  if (fits > 0) {
    if (!Grow(used_ + fits)) return false;
    std::memcpy(memory_.get() + used_, bytes, fits);
    Commit(fits);
  }
  bytes += fits;
  size -= fits;
  const size_t tail = used_ - std::min<size_t>(static_cast<size_t>(head_end_), used_);
  if (size == 0 || tail == 0) {
    total_ += size;
    return true;
  }
  // Of more bytes than the tail holds, the first ones would be overwritten again.
  const size_t skipped = size > tail ? size - tail : 0;
  const auto head = static_cast<size_t>(head_end_);
  tail_start_ = head + (tail_start_ - head + skipped % tail) % tail;
  total_ += skipped;
  for (size_t done = skipped; done < size;) {
    const size_t part = std::min(size - done, used_ - tail_start_);
    std::memcpy(memory_.get() + tail_start_, bytes + done, part);
    Commit(part);
    done += part;
  }
  return true;
}

void HeadTail::Finish() {
  if (dropped() > 0 && used_ > head_end_) {
    std::rotate(memory_.get() + head_end_, memory_.get() + tail_start_, memory_.get() + used_);
    tail_start_ = static_cast<size_t>(head_end_);
  }
  if (used_ == 0 || used_ == allocated_) return;
  // Without memory for a smaller place the larger one stays.
  if (void* smaller = std::realloc(memory_.get(), used_)) {
    (void)memory_.release();
    memory_.reset(static_cast<char*>(smaller));
    allocated_ = used_;
  }
}

bool HeadTail::Grow(size_t needed) {
  if (needed <= allocated_) return true;
  const uint64_t doubled = std::max({kFirstAllocation, allocated_ * 2, needed});
  const auto size = static_cast<size_t>(std::min<uint64_t>(doubled, capacity_));
  void* grown = std::realloc(memory_.get(), size);
  if (grown == nullptr) return false;
  (void)memory_.release();
  memory_.reset(static_cast<char*>(grown));
  allocated_ = size;
  return true;
}

}  // namespace ringfence
