#include "core/output_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "linux/epoll_port.h"
#include "temp_directory.h"

namespace ringfence {
namespace {

// What the JS thread does with a reader: lends blocks, waits to be woken, takes.
class Consumer {
 public:
  explicit Consumer(size_t blocks = 4)
      : wake_(eventfd(0, EFD_CLOEXEC)),
        port_(new EpollPort),
        reader_(std::unique_ptr<IoPort>(port_), [this] { Wake(); }) {
    for (size_t i = 0; i < blocks; ++i) Lend();
  }

  OutputReader& reader() { return reader_; }

  // Our end is read as a stream; the other is the caller's.
  uint64_t OpenStream(unique_fd* writer, std::shared_ptr<OutputBudget> budget = nullptr) {
    uint64_t id = 0;
    CHECK(reader_.OpenStream(port_->MakeEnd({MakePipe(writer)}), std::move(budget), &id).ok());
    return id;
  }

  uint64_t OpenCapture(unique_fd* writer, uint64_t capacity,
                       std::shared_ptr<OutputBudget> budget = nullptr) {
    uint64_t id = 0;
    CHECK(reader_.OpenCapture(port_->MakeEnd({MakePipe(writer)}), capacity, std::move(budget), &id)
              .ok());
    return id;
  }

  // The next news; empty after `timeout_ms` without.
  std::vector<OutputReader::News> Await(int timeout_ms = 10'000) {
    pollfd waiting = {wake_.get(), POLLIN, 0};
    if (poll(&waiting, 1, timeout_ms) == 0) return {};
    uint64_t count = 0;
    CHECK(read(wake_.get(), &count, sizeof count) == sizeof count);
    std::vector<OutputReader::News> news = reader_.TakeNews();
    for (size_t wanted = reader_.CountBlocks().wanted; wanted > 0; --wanted) Lend();
    for (const OutputReader::News& told : news) exceeded_ += told.exceeded ? 1 : 0;
    return news;
  }

  // What there is now, and whether the stream has ended.
  bool Take(uint64_t id, std::string* bytes, size_t most_chunks = SIZE_MAX) {
    for (; most_chunks > 0; --most_chunks) {
      const OutputChunk chunk = reader_.Take(id);
      if (chunk.kind == OutputChunk::Kind::kNothing) return false;
      if (chunk.kind != OutputChunk::Kind::kData) return true;
      CHECK(chunk.size > 0 && chunk.size <= OutputReader::kBlockBytes);
      CHECK(blocks_.count(chunk.block) == 1);
      bytes->append(chunk.block, chunk.size);
      reader_.Lend(chunk.block);
    }
    return false;
  }

  std::string ReadAll(uint64_t id) {
    std::string bytes;
    while (!Take(id, &bytes)) {
      if (Await().empty() && reader_.CountBlocks().wanted == 0) continue;
    }
    return bytes;
  }

  int exceeded() const { return exceeded_; }

 private:
  static unique_fd MakePipe(unique_fd* writer) {
    int fds[2];
    CHECK(pipe2(fds, O_CLOEXEC) == 0);
    writer->reset(fds[1]);
    return unique_fd(fds[0]);
  }

  void Lend() {
    auto memory = std::make_unique<char[]>(OutputReader::kBlockBytes);
    char* const block = memory.get();
    blocks_.emplace(block, std::move(memory));
    reader_.Lend(block);
  }

  void Wake() {
    const uint64_t one = 1;
    CHECK(write(wake_.get(), &one, sizeof one) == sizeof one);
  }

  unique_fd wake_;
  std::map<char*, std::unique_ptr<char[]>> blocks_;
  int exceeded_ = 0;
  // The reader's.
  EpollPort* port_;
  OutputReader reader_;
};

std::string Pattern(size_t size, size_t seed = 0) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>((seed + i) * 131 >> 5);
  return text;
}

// Writes in pieces, then closes. Stops when nobody reads.
void WriteAll(unique_fd end, const std::string& bytes, size_t piece) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        write(end.get(), bytes.data() + done, std::min(piece, bytes.size() - done));
    if (count <= 0) return;
    done += static_cast<size_t>(count);
  }
}

size_t Written(int writer) {
  size_t total = 0;
  const std::string piece(4096, 'x');
  CHECK(fcntl(writer, F_SETFL, O_NONBLOCK) == 0);
  for (int idle = 0; idle < 20;) {
    const ssize_t count = write(writer, piece.data(), piece.size());
    if (count > 0) {
      total += static_cast<size_t>(count);
      idle = 0;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ++idle;
    }
  }
  return total;
}

TEST(OutputReaderGivesEverythingInOrder) {
  for (const size_t piece : {1UL, 100UL, 4096UL, 65'536UL, 1'000'000UL}) {
    Consumer consumer;
    unique_fd writer;
    const uint64_t id = consumer.OpenStream(&writer);
    const std::string bytes = Pattern(std::min<size_t>(piece * 3000, 20'000'000));
    std::thread command(WriteAll, std::move(writer), std::cref(bytes), piece);
    CHECK(consumer.ReadAll(id) == bytes);
    command.join();
  }
}

TEST(OutputReaderWakesOnceUntilItsNewsAreTaken) {
  Consumer consumer;
  unique_fd writer;
  const uint64_t id = consumer.OpenStream(&writer);
  CHECK(write(writer.get(), "a", 1) == 1);
  const std::vector<OutputReader::News> news = consumer.Await();
  CHECK_EQ(news.size(), 1U);
  CHECK(news.at(0).id == id && news.at(0).readable);
  // It was not taken, so nothing is awaited, and nothing is told.
  CHECK(write(writer.get(), "b", 1) == 1);
  CHECK(consumer.Await(50).empty());
  std::string bytes;
  CHECK(!consumer.Take(id, &bytes));
  CHECK_EQ(bytes, "ab");
  writer.reset();
  CHECK_EQ(consumer.Await().size(), 1U);
  CHECK(consumer.Take(id, &bytes));
  CHECK_EQ(bytes, "ab");
}

TEST(OutputReaderLetsTheCommandWaitWhenNobodyTakes) {
  Consumer consumer(20);
  unique_fd writer;
  const uint64_t id = consumer.OpenStream(&writer);
  const size_t held = Written(writer.get());
  constexpr size_t kBlocks = OutputReader::kBlocksPerStream * OutputReader::kBlockBytes;
  CHECK(held >= kBlocks && held <= kBlocks + size_t{1024} * 1024);
  writer.reset();
  CHECK_EQ(consumer.ReadAll(id).size(), held);
}

TEST(OutputReaderAsksForBlocksWhenThereAreNone) {
  Consumer consumer(0);
  unique_fd writer;
  const uint64_t id = consumer.OpenStream(&writer);
  const std::string bytes = Pattern(3'000'000);
  std::thread command(WriteAll, std::move(writer), std::cref(bytes), 65'536);
  CHECK(consumer.ReadAll(id) == bytes);
  command.join();
}

TEST(OutputReaderHoldsNoBlockOfAnIdleStream) {
  Consumer consumer(4);
  unique_fd writer;
  const uint64_t id = consumer.OpenStream(&writer);
  CHECK(write(writer.get(), "x", 1) == 1);
  (void)consumer.Await();
  std::string bytes;
  CHECK(!consumer.Take(id, &bytes));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_EQ(consumer.reader().CountBlocks().spare, 4U);
  CHECK_EQ(consumer.reader().TakeSpares(1).size(), 3U);
  CHECK_EQ(consumer.reader().CountBlocks().spare, 1U);
}

TEST(OutputReaderClosesAtOnce) {
  (void)signal(SIGPIPE, SIG_IGN);
  Consumer consumer;
  for (const bool loaded : {false, true}) {
    unique_fd writer;
    const uint64_t id = consumer.OpenStream(&writer);
    if (loaded) (void)Written(writer.get());
    consumer.reader().Close(id);
    CHECK(write(writer.get(), "x", 1) == -1 && errno == EPIPE);
    CHECK_EQ(consumer.reader().NumberOf(id), -1);
  }
  (void)signal(SIGPIPE, SIG_DFL);
}

TEST(OutputReaderClosesWhileCommandsWrite) {
  (void)signal(SIGPIPE, SIG_IGN);
  Consumer consumer;
  const std::string bytes = Pattern(50'000'000);
  for (int round = 0; round < 30; ++round) {
    unique_fd writer;
    const uint64_t id =
        round % 3 == 0 ? consumer.OpenCapture(&writer, 1'000'000) : consumer.OpenStream(&writer);
    std::thread command(WriteAll, std::move(writer), std::cref(bytes), 65'536);
    std::string taken;
    for (int i = 0; i < round; ++i) {
      (void)consumer.Await(1);
      (void)consumer.Take(id, &taken, 3);
    }
    consumer.reader().Close(id);
    command.join();
    CHECK(bytes.compare(0, taken.size(), taken) == 0);
  }
  (void)signal(SIGPIPE, SIG_DFL);
}

TEST(OutputReaderDoesNotBlockOnAnEndThatBlocks) {
  Consumer consumer;
  unique_fd writer;
  const uint64_t id = consumer.OpenStream(&writer);
  CHECK_EQ(fcntl(consumer.reader().NumberOf(id), F_GETFL) & O_NONBLOCK, 0);
  CHECK(write(writer.get(), "x", 1) == 1);
  (void)consumer.Await();
  std::string bytes;
  CHECK(!consumer.Take(id, &bytes));
  // Another output is read meanwhile, and the reader can be ended.
  unique_fd other;
  const uint64_t second = consumer.OpenStream(&other);
  WriteAll(std::move(other), "second", 6);
  CHECK_EQ(consumer.ReadAll(second), "second");
  consumer.reader().Close(id);
}

TEST(OutputReaderEndsWithOpenOutputs) {
  const size_t before = test::CountOpenDescriptors();
  unique_fd writers[3];
  {
    Consumer consumer;
    (void)consumer.OpenStream(&writers[0]);
    (void)consumer.OpenStream(&writers[1]);
    (void)consumer.OpenCapture(&writers[2], 1000);
    (void)Written(writers[1].get());
  }
  for (unique_fd& writer : writers) writer.reset();
  CHECK_EQ(test::CountOpenDescriptors(), before);
}

TEST(OutputReaderReadsManyAtOnce) {
  constexpr size_t kStreams = 40;
  Consumer consumer;
  std::map<uint64_t, std::string> expected;
  std::map<uint64_t, std::string> got;
  std::vector<std::thread> commands;
  for (size_t i = 0; i < kStreams; ++i) {
    unique_fd writer;
    const uint64_t id = consumer.OpenStream(&writer);
    expected[id] = Pattern(100'000 + i * 10'000, i);
    commands.emplace_back(WriteAll, std::move(writer), std::cref(expected[id]), 1 + i * 1000);
  }
  std::set<uint64_t> ended;
  while (ended.size() < kStreams) {
    for (const auto& [id, bytes] : expected) {
      if (ended.count(id) == 0 && consumer.Take(id, &got[id])) ended.insert(id);
    }
    if (ended.size() < kStreams) (void)consumer.Await(100);
  }
  for (std::thread& command : commands) command.join();
  CHECK(got == expected);
}

TEST(OutputReaderCapturesHeadAndTail) {
  const std::string bytes = Pattern(30'000'000);
  for (const uint64_t capacity : {uint64_t{0}, uint64_t{1}, uint64_t{1001}, uint64_t{5'000'000},
                                  uint64_t{100'000'000}, HeadTail::kUnlimited}) {
    Consumer consumer;
    unique_fd writer;
    const uint64_t id = consumer.OpenCapture(&writer, capacity);
    std::thread command(WriteAll, std::move(writer), std::cref(bytes), 100'000);
    const std::vector<OutputReader::News> news = consumer.Await();
    CHECK(news.size() == 1 && news.at(0).readable);
    const CapturedOutput captured = consumer.reader().TakeCapture(id);
    command.join();
    const auto kept = static_cast<size_t>(std::min<uint64_t>(capacity, bytes.size()));
    CHECK_EQ(captured.size, kept);
    CHECK_EQ(captured.dropped, bytes.size() - kept);
    const std::string got(captured.bytes.get(), captured.size);
    const size_t head = kept == bytes.size() ? kept : kept - kept / 2;
    CHECK_EQ(captured.head_size, head);
    CHECK(got.substr(0, head) == bytes.substr(0, head));
    CHECK(got.substr(head) == bytes.substr(bytes.size() - (kept - head)));
  }
}

TEST(OutputReaderCountsTheBudgetOverAllOutputs) {
  for (const size_t limit : {0UL, 1UL, 150'000UL, 2'000'000UL}) {
    Consumer consumer;
    const auto budget = std::make_shared<OutputBudget>(limit);
    unique_fd writers[2];
    const uint64_t stream = consumer.OpenStream(&writers[0], budget);
    const uint64_t capture = consumer.OpenCapture(&writers[1], HeadTail::kUnlimited, budget);
    const std::string bytes = Pattern(1'500'000);
    std::thread first(WriteAll, std::move(writers[0]), std::cref(bytes), 10'000);
    std::thread second(WriteAll, std::move(writers[1]), std::cref(bytes), 65'536);
    // The commands do not wait, although nothing passes any more.
    const std::string streamed = consumer.ReadAll(stream);
    first.join();
    second.join();
    CapturedOutput captured;
    while (captured.size + captured.dropped + streamed.size() < limit) {
      (void)consumer.Await(10);
      captured = consumer.reader().TakeCapture(capture);
    }
    CHECK_EQ(streamed.size() + captured.size, limit);
    CHECK(bytes.compare(0, streamed.size(), streamed) == 0);
    for (int i = 0; i < 10 && consumer.exceeded() == 0; ++i) (void)consumer.Await(100);
    CHECK_EQ(consumer.exceeded(), 1);
  }
}

TEST(OutputReaderLeavesWhatFitsTheBudgetAlone) {
  Consumer consumer;
  unique_fd writer;
  const uint64_t id = consumer.OpenStream(&writer, std::make_shared<OutputBudget>(100'000));
  WriteAll(std::move(writer), Pattern(50'000), 50'000);
  CHECK_EQ(consumer.ReadAll(id).size(), 50'000U);
  CHECK_EQ(consumer.exceeded(), 0);
}

}  // namespace
}  // namespace ringfence
