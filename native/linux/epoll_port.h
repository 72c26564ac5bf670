// Ends of pipes and terminals on Linux, and the epoll that waits for them.
#ifndef RINGFENCE_LINUX_EPOLL_PORT_H_
#define RINGFENCE_LINUX_EPOLL_PORT_H_

#include <memory>

#include "core/io_port.h"
#include "linux/pipe_end.h"
#include "posix/unique_fd.h"

namespace ringfence {

class EpollEnd : public IoEnd {
 public:
  // `drain` is of the thread that reads.
  EpollEnd(OutputSource source, std::shared_ptr<PipeDrain> drain)
      : end_(std::move(source)), drain_(std::move(drain)) {}

  IoRead Read(char* to, size_t size) override;
  void Close() override { drain_->Close(&end_); }
  int Number() override { return end_.terminal ? -1 : end_.fd.get(); }
  Status Write(const char* bytes, size_t size, size_t* written) override;
  Status Resize(uint16_t columns, uint16_t rows) override;
  int EndOfInput() override;

 private:
  friend class EpollPort;

  bool IsClosed();

  PipeEnd end_;
  std::shared_ptr<PipeDrain> drain_;
  // With epoll, for whatever reason.
  bool registered_ = false;
};

class EpollPort : public IoPort {
 public:
  std::shared_ptr<IoEnd> MakeEnd(OutputSource source) {
    return std::make_shared<EpollEnd>(std::move(source), drain_);
  }

  Status Start(std::function<void()> run, std::thread* thread) override;
  Status Await(IoEnd* end, uint64_t id, Interest interest) override;
  bool Wait(std::vector<Ready>* ready) override;
  void Stop() override;
  Status NoMemory() const override;

 private:
  std::shared_ptr<PipeDrain> drain_ = std::make_shared<PipeDrain>();
  unique_fd epoll_;
  unique_fd stop_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_EPOLL_PORT_H_
