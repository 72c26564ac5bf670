// One thread that reads what commands write, for all commands of an addon instance. It knows two
// ways: a stream gives chunks to the JS thread through a bounded number of blocks, a capture keeps
// head and tail and tells only the end.
#ifndef RINGFENCE_LINUX_OUTPUT_READER_H_
#define RINGFENCE_LINUX_OUTPUT_READER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/status.h"
#include "linux/output_channel.h"
#include "linux/pipe_end.h"
#include "posix/unique_fd.h"

namespace ringfence {

class OutputReader {
 public:
  // Of a stream: with this much in memory nothing more is read, and the command waits.
  static constexpr size_t kBlocksPerStream = 8;
  static constexpr size_t kBlockBytes = size_t{256} * 1024;

  // `wake` is called on the reader's thread when TakeNews() has something to tell; not again before
  // TakeNews() was called.
  explicit OutputReader(std::function<void()> wake) : wake_(std::move(wake)) {}
  // Closes what is open and joins the thread.
  ~OutputReader();
  OutputReader(const OutputReader&) = delete;
  OutputReader& operator=(const OutputReader&) = delete;

  // All that follows: JS thread.

  // The end is closed on failure as well. Starts the thread with the first output.
  Status OpenStream(OutputSource source, std::shared_ptr<OutputBudget> budget, uint64_t* id);
  // `capacity` as of HeadTail.
  Status OpenCapture(OutputSource source, uint64_t capacity, std::shared_ptr<OutputBudget> budget,
                     uint64_t* id);

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
  std::shared_ptr<PipeEnd> EndOf(uint64_t id);

  // Of a terminal that has taken less input than there was: news will come, once.
  void AwaitRoom(uint64_t id);

  // The descriptor, -1 when it is closed, and of a terminal, which is for nobody else.
  int FdOf(uint64_t id);

  // At once: a command that writes gets EPIPE. Nothing more is told about this output.
  void Close(uint64_t id);

 private:
  using Channel = OutputChannel;
  enum class Next { kReadOn, kPause };

  Status Open(std::shared_ptr<Channel> channel, uint64_t* id);
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
  size_t Charge(Channel* channel, ssize_t count);

  // Under the lock.
  static bool HasRoom(const Channel& channel);
  void End(Channel* channel, int error);
  void Announce(Channel* channel);
  void RequestWake();
  // A channel that cannot be watched has ended with an error.
  void Watch(Channel* channel);
  void Unwatch(Channel* channel);
  // Tells epoll what is of interest. False: it did not take it, with errno.
  bool Register(Channel* channel);

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
  bool stopping_ = false;

  // Of the reader's thread.
  PipeDrain drain_;
  std::unique_ptr<char[]> scratch_;
  bool wake_needed_ = false;

  unique_fd epoll_;
  unique_fd stop_;
  std::thread thread_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_OUTPUT_READER_H_
