#include "linux/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <atomic>
#include <string>
#include <vector>

#include "check.h"
#include "core/output_reader.h"
#include "linux/epoll_port.h"

namespace ringfence {
namespace {

// Our side, opened as an output, and the command's.
class OpenTerminal {
 public:
  OpenTerminal()
      : woken_(eventfd(0, EFD_CLOEXEC)),
        port_(new EpollPort),
        reader_(std::unique_ptr<IoPort>(port_), [this] { Wake(); }) {
    unique_fd ours(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    const int unlocked = 0;
    CHECK(ioctl(ours.get(), TIOCSPTLCK, &unlocked) == 0);
    command.reset(ioctl(ours.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    CHECK(command.valid());
    for (std::vector<char>& block : blocks_) {
      block.resize(OutputReader::kBlockBytes);
      reader_.Lend(block.data());
    }
    CHECK(reader_.OpenStream(port_->MakeEnd({std::move(ours), true}), nullptr, &id).ok());
  }

  // The next news, or none after `timeout_ms`.
  std::vector<OutputReader::News> Await(int timeout_ms = 10'000) {
    pollfd waiting = {woken_.get(), POLLIN, 0};
    if (poll(&waiting, 1, timeout_ms) == 0) return {};
    uint64_t count = 0;
    CHECK(read(woken_.get(), &count, sizeof count) == sizeof count);
    return reader_.TakeNews();
  }

  // Until the end.
  std::string ReadAll() {
    std::string bytes;
    for (;;) {
      const OutputChunk chunk = reader_.Take(id);
      if (chunk.kind == OutputChunk::Kind::kEnd) return bytes;
      CHECK(chunk.kind != OutputChunk::Kind::kFailed);
      if (chunk.kind == OutputChunk::Kind::kNothing) {
        (void)Await();
        continue;
      }
      bytes.append(chunk.block, chunk.size);
      reader_.Lend(chunk.block);
    }
  }

  void SetLocalFlags(tcflag_t flags) const {
    termios mode = {};
    CHECK(tcgetattr(command.get(), &mode) == 0);
    mode.c_lflag = flags;
    CHECK(tcsetattr(command.get(), TCSANOW, &mode) == 0);
  }

  IoEnd* end() { return reader_.EndOf(id).get(); }
  OutputReader& reader() { return reader_; }

  unique_fd command;
  uint64_t id = 0;

 private:
  void Wake() const {
    const uint64_t one = 1;
    CHECK(write(woken_.get(), &one, sizeof one) == sizeof one);
  }

  unique_fd woken_;
  std::vector<char> blocks_[4];
  // The reader's.
  EpollPort* port_;
  OutputReader reader_;
};

TEST(TerminalOutputEndsWithoutErrorAfterAllOfIt) {
  OpenTerminal terminal;
  terminal.SetLocalFlags(0);
  std::string expected;
  for (int line = 0; line < 100; ++line) expected += std::to_string(line) + "\r\n";
  for (int line = 0; line < 100; ++line) {
    const std::string text = std::to_string(line) + "\n";
    CHECK(write(terminal.command.get(), text.data(), text.size()) ==
          static_cast<ssize_t>(text.size()));
  }
  terminal.command.reset();
  CHECK_EQ(terminal.ReadAll(), expected);
}

TEST(TerminalTakesWhatThereIsRoomForAndTellsWhenThereIsMore) {
  OpenTerminal terminal;
  terminal.SetLocalFlags(0);
  const std::string bytes(100'000, 'x');
  size_t typed = 0;
  size_t received = 0;
  int told = 0;
  while (received < bytes.size()) {
    size_t written = 0;
    CHECK(terminal.end()->Write(bytes.data(), bytes.size() - typed, &written).ok());
    typed += written;
    if (typed < bytes.size()) terminal.reader().AwaitRoom(terminal.id);
    char buffer[4096];
    received += static_cast<size_t>(read(terminal.command.get(), buffer, sizeof buffer));
    for (const OutputReader::News& news : terminal.Await(20)) told += news.writable ? 1 : 0;
  }
  CHECK_EQ(typed, bytes.size());
  CHECK(told > 0);
}

TEST(TerminalHasTheSizeItWasGiven) {
  OpenTerminal terminal;
  CHECK(terminal.end()->Resize(132, 43).ok());
  winsize size = {};
  CHECK(ioctl(terminal.command.get(), TIOCGWINSZ, &size) == 0);
  CHECK_EQ(size.ws_col, 132);
  CHECK_EQ(size.ws_row, 43);
}

TEST(TerminalInputEndsByACharacterAsLongAsItIsOfLines) {
  OpenTerminal terminal;
  CHECK_EQ(terminal.end()->EndOfInput(), 4);
  terminal.SetLocalFlags(0);
  CHECK_EQ(terminal.end()->EndOfInput(), -1);
}

TEST(TerminalThatIsClosedTakesNothing) {
  OpenTerminal terminal;
  const std::shared_ptr<IoEnd> end = terminal.reader().EndOf(terminal.id);
  terminal.reader().Close(terminal.id);
  size_t written = 0;
  const Status status = end->Write("x", 1, &written);
  CHECK(status.stage() == Stage::kTerminalWrite && status.error() == EIO);
  CHECK(end->Resize(80, 24).ok());
  CHECK(terminal.reader().EndOf(terminal.id) == nullptr);
}

}  // namespace
}  // namespace ringfence
