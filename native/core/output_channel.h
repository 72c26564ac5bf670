// One output of a command, between the thread that reads it and the JS thread.
#ifndef RINGFENCE_CORE_OUTPUT_CHANNEL_H_
#define RINGFENCE_CORE_OUTPUT_CHANNEL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "core/head_tail.h"
#include "core/io_end.h"
#include "core/status.h"

namespace ringfence {

// How much all outputs of a command may have together. Of the reader's thread.
class OutputBudget {
 public:
  explicit OutputBudget(uint64_t bytes) : left_(bytes) {}

  // How many of the bytes pass. Nothing passes after the first time that fewer do.
  size_t Take(size_t count) {
    if (exceeded_) return 0;
    exceeded_ = count > left_;
    const auto passing = static_cast<size_t>(std::min<uint64_t>(count, left_));
    left_ -= passing;
    return passing;
  }
  bool exceeded() const { return exceeded_; }

 private:
  uint64_t left_;
  bool exceeded_ = false;
};

struct OutputChunk {
  enum class Kind { kNothing, kData, kEnd, kFailed };
  Kind kind = Kind::kNothing;
  // kData: a lent block, which is the caller's again.
  char* block = nullptr;
  size_t size = 0;
  // kFailed.
  Status failure;
};

struct CapturedOutput {
  Memory bytes;
  size_t size = 0;
  size_t head_size = 0;
  uint64_t dropped = 0;
  // Ok at a regular end.
  Status failure;
};

struct OutputChannel {
  struct Filled {
    char* block = nullptr;
    size_t size = 0;
  };

  OutputChannel(std::shared_ptr<IoEnd> source, std::shared_ptr<OutputBudget> limit)
      : end(std::move(source)), budget(std::move(limit)) {}

  const std::shared_ptr<IoEnd> end;
  // Null: no limit.
  const std::shared_ptr<OutputBudget> budget;
  // Null: a stream. Of the reader's thread until `ended`.
  std::unique_ptr<HeadTail> capture;

  // All below under the lock of the reader.
  uint64_t id = 0;
  // Blocks with data, the oldest first. The last one may have room.
  std::deque<Filled> filled;
  // The reader's thread reads into the last block.
  bool filling = false;
  // News are wanted: Take() has found nothing since the last ones.
  bool armed = true;
  bool exceeded = false;
  bool announced = false;
  // Of a terminal or an input: what is written finds room again.
  bool writable = false;
  bool awaits_room = false;
  bool watched = false;
  // Not watched since all blocks are full.
  bool stalled = false;
  bool ended = false;
  bool closed = false;
  Status failure;
};

}  // namespace ringfence

#endif  // RINGFENCE_CORE_OUTPUT_CHANNEL_H_
