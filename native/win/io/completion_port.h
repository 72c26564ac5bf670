// Ends of pipes and pseudoconsoles on Windows, and the completion port that waits for them.
//
// Reference: "I/O Completion Ports" on learn.microsoft.com.
#ifndef RINGFENCE_WIN_IO_COMPLETION_PORT_H_
#define RINGFENCE_WIN_IO_COMPLETION_PORT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/io_port.h"
#include "win/api/win32_api.h"
#include "win/io/end_handles.h"
#include "win/io/transfers.h"
#include "win/unique_handle.h"

namespace ringfence::win {

class OverlappedEnd : public IoEnd {
 public:
  // `resize`: of a terminal only.
  OverlappedEnd(std::shared_ptr<Transfers> transfers, ResizeTerminal resize)
      : transfers_(std::move(transfers)), resize_(std::move(resize)) {}
  ~OverlappedEnd() override { transfers_->Close(); }
  OverlappedEnd(const OverlappedEnd&) = delete;
  OverlappedEnd& operator=(const OverlappedEnd&) = delete;

  IoRead Read(char* to, size_t size) override { return transfers_->Read(to, size); }
  void Close() override { transfers_->Close(); }
  // A synchronous program cannot use it, so it is for nobody else.
  int Number() override { return -1; }
  Status Write(const char* bytes, size_t size, size_t* written) override;
  Status Resize(uint16_t columns, uint16_t rows) override;
  int EndOfInput() override;

 private:
  friend class CompletionPort;

  std::shared_ptr<Transfers> transfers_;
  ResizeTerminal resize_;
};

class CompletionPort : public IoPort {
 public:
  explicit CompletionPort(const Win32Api& api) : api_(api) {}
  // All ends were closed: what is in flight ends at once.
  ~CompletionPort() override;
  CompletionPort(const CompletionPort&) = delete;
  CompletionPort& operator=(const CompletionPort&) = delete;

  // JS thread. The handles are closed on failure as well.
  Status MakeEnd(EndHandles handles, ResizeTerminal resize, std::shared_ptr<OverlappedEnd>* end);

  Status Start(std::function<void()> run, std::thread* thread) override;
  Status Await(IoEnd* end, uint64_t id, Interest interest) override;
  bool Wait(std::vector<Ready>* ready) override;
  void Stop() override;
  Status NoMemory() const override;

 private:
  Status MakePort();
  // Takes what is there, and waits for it when `milliseconds` says so. False: stop.
  bool TakeCompletions(uint32_t milliseconds);
  void Tell(std::vector<Ready>* ready);

  const Win32Api& api_;
  UniqueHandle port_;
  std::shared_ptr<std::atomic<int>> in_flight_ = std::make_shared<std::atomic<int>>(0);
  std::mutex mutex_;
  // Those of which there may be something to tell.
  std::vector<std::weak_ptr<Transfers>> changed_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_IO_COMPLETION_PORT_H_
