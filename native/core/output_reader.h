// One thread that reads what commands write, for all commands of an addon instance. It knows two
// ways: a stream gives chunks to the JS thread through a bounded number of blocks, a capture keeps
// head and tail and tells only the end. On the same thread it tells what is written into commands
// that there is room.
#ifndef RINGFENCE_CORE_OUTPUT_READER_H_
#define RINGFENCE_CORE_OUTPUT_READER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/io_port.h"
#include "core/output_channel.h"
#include "core/status.h"

namespace ringfence {

class OutputReader {
 public:
  // Of a stream: with this much in memory nothing more is read, and the command waits.
  static constexpr size_t kBlocksPerStream = 8;
  static constexpr size_t kBlockBytes = size_t{256} * 1024;

  // `wake` is called on the reader's thread when TakeNews() has something to tell; not again before
  // TakeNews() was called.
  OutputReader(std::unique_ptr<IoPort> port, std::function<void()> wake)
      : wake_(std::move(wake)), port_(std::move(port)) {}
  // Closes what is open and joins the thread.
  ~OutputReader();
  OutputReader(const OutputReader&) = delete;
  OutputReader& operator=(const OutputReader&) = delete;

  // All that follows: JS thread.

  // The end is closed on failure as well. Starts the thread with the first output.
  Status OpenStream(std::shared_ptr<IoEnd> end, std::shared_ptr<OutputBudget> budget, uint64_t* id);
  // `capacity` as of HeadTail.
  Status OpenCapture(std::shared_ptr<IoEnd> end, uint64_t capacity,
                     std::shared_ptr<OutputBudget> budget, uint64_t* id);
  // An end that is only written to: all there is to tell of it is room.
  Status OpenInput(std::shared_ptr<IoEnd> end, uint64_t* id);

  struct News {
    uint64_t id = 0;
    // Of a stream: Take() has something. Of a capture: it has ended.
    bool readable = false;
    // This output was the one that exceeded its budget.
    bool exceeded = false;
    // After AwaitRoom(): there is room for input, or nobody who would read it.
    bool writable = false;
  };
  std::vector<News> TakeNews();

  // The next chunk of a stream. Without one news will come; with one, only after Take() has said
  // that there is none.
  OutputChunk Take(uint64_t id);

  // How an ended capture ended; its bytes become the caller's.
  CapturedOutput TakeCapture(uint64_t id);

  // Memory for chunks is the caller's: blocks of kBlockBytes that are lent until Take() gives them
  // back full, or TakeSpares() gives them back unused.
  struct Blocks {
    size_t spare = 0;
    // Streams that wait for one.
    size_t wanted = 0;
  };
  Blocks CountBlocks();
  void Lend(char* block);
  std::vector<char*> TakeSpares(size_t keep);

  // Null when it is closed.
  std::shared_ptr<IoEnd> EndOf(uint64_t id);

  // Of a terminal or an input that has taken less than there was: news will come, once.
  void AwaitRoom(uint64_t id);

  // IoEnd::Number().
  int NumberOf(uint64_t id);

  // At once: a command that writes gets EPIPE. Nothing more is told about this output.
  void Close(uint64_t id);

 private:
  using Channel = OutputChannel;
  enum class Next { kReadOn, kPause };

  Status Open(std::shared_ptr<Channel> channel, bool reads, uint64_t* id);
  Status Start();
  std::shared_ptr<Channel> Find(uint64_t id);

  // The reader's thread.
  void Run();
  void Serve(Channel* channel);
  void TellRoom(Channel* channel);
  Next ReadStream(Channel* channel);
  Next ReadCapture(Channel* channel);
  // For what is past the budget: the command must not wait.
  Next Discard(Channel* channel);
  // Null: there is none, and the channel is not watched until there is.
  char* PickRoom(Channel* channel, size_t* size);
  // How many of the bytes read pass.
  size_t Charge(Channel* channel, const IoRead& read);

  // Under the lock.
  static bool HasRoom(const Channel& channel);
  void End(Channel* channel, Status failure);
  void Announce(Channel* channel);
  void RequestWake();
  // A channel that cannot be watched has ended with an error.
  void Watch(Channel* channel);
  void Unwatch(Channel* channel);
  // Tells the port what is of interest.
  Status Register(Channel* channel);

  std::function<void()> wake_;
  std::mutex mutex_;
  std::map<uint64_t, std::shared_ptr<Channel>> channels_;
  std::vector<uint64_t> announced_;
  std::vector<char*> spares_;
  // Streams that found no spare block.
  std::vector<uint64_t> starved_;
  // From wake_() to TakeNews().
  bool wake_pending_ = false;
  uint64_t next_id_ = 1;

  // Of the reader's thread.
  std::unique_ptr<char[]> scratch_;
  bool wake_needed_ = false;

  std::unique_ptr<IoPort> port_;
  std::thread thread_;
};

}  // namespace ringfence

#endif  // RINGFENCE_CORE_OUTPUT_READER_H_
