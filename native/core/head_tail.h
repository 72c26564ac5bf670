// Keeps the head and the tail of a stream of bytes in bounded memory.
#ifndef RINGFENCE_CORE_HEAD_TAIL_H_
#define RINGFENCE_CORE_HEAD_TAIL_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace ringfence {

struct FreeMemory {
  void operator()(char* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<char[], FreeMemory>;

class HeadTail {
 public:
  static constexpr uint64_t kUnlimited = UINT64_MAX;

  // `capacity` in bytes, head and tail together; the head is the larger half.
  explicit HeadTail(uint64_t capacity)
      : capacity_(capacity),
        head_end_(capacity - capacity / 2),
        tail_start_(static_cast<size_t>(head_end_)) {}

  // A place of at most `wanted` bytes that the next bytes may be put to directly, to be followed by
  // Commit(). Null as long as there is little, and where a place would be small: use Write().
  char* Room(size_t wanted, size_t* size);
  // The first `size` bytes of the room were filled.
  void Commit(size_t size);

  // False: no memory. What was kept before stays.
  [[nodiscard]] bool Write(const char* bytes, size_t size);

  // Puts the tail into order and gives up memory that is not used. Nothing is written afterwards.
  void Finish();

  uint64_t dropped() const { return total_ - used_; }
  // The bytes kept, and how many of them are of the head: all, when none was dropped.
  size_t size() const { return used_; }
  size_t head_size() const { return dropped() == 0 ? used_ : static_cast<size_t>(head_end_); }
  const char* data() const { return memory_.get(); }
  Memory Release() { return std::move(memory_); }

 private:
  [[nodiscard]] bool Grow(size_t needed);
  bool full() const { return used_ == capacity_; }

  uint64_t capacity_;
  // Where the head ends; behind it, once everything is full, the tail goes round.
  uint64_t head_end_;
  // The oldest byte of the tail, once everything is full.
  size_t tail_start_;
  Memory memory_;
  size_t allocated_ = 0;
  size_t used_ = 0;
  uint64_t total_ = 0;
};

}  // namespace ringfence

#endif  // RINGFENCE_CORE_HEAD_TAIL_H_
