// What Windows reads and writes for one of our ends while nobody waits: one read ahead, one write
// behind. A packet of a completion port tells that one has ended.
#ifndef RINGFENCE_WIN_IO_TRANSFERS_H_
#define RINGFENCE_WIN_IO_TRANSFERS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/io_end.h"
#include "core/io_port.h"
#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/io/end_handles.h"

namespace ringfence::win {

class Transfers : public std::enable_shared_from_this<Transfers> {
 public:
  // An output in which nothing happens has this much memory, since Windows reads into it. The pipe
  // holds as much again (named_pipe.h), so the command is not kept waiting by a read of ours.
  static constexpr size_t kReadBytes = size_t{64} * 1024;
  // More is not taken at once.
  static constexpr size_t kMostWriteBytes = size_t{1024} * 1024;

  // `in_flight` counts the reads and writes of all ends of a port.
  Transfers(const Win32Api& api, EndHandles handles, std::shared_ptr<std::atomic<int>> in_flight);
  ~Transfers() = default;
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  // As of IoEnd.
  IoRead Read(char* to, size_t size);
  // With size 0: only how the last one went.
  Status Write(const char* bytes, size_t size, size_t* written);
  void Close();
  bool has_input() const { return has_input_; }

  uint64_t id() const { return id_; }
  void SetInterest(uint64_t id, IoPort::Interest interest);

  // All that follows: thread of the port.

  // What there is to tell of what is of interest. Starts to read where there is nothing yet.
  IoPort::Interest Poll();
  void Complete(const Completion& completion);

 private:
  // Under the mutex.
  void StartReading();
  void EndReading(OsError error);
  bool has_output() const { return offset_ < filled_ || ended_; }
  // What is in flight uses memory of this object.
  void HoldOn();

  const Win32Api& api_;
  const bool has_input_;
  const std::shared_ptr<std::atomic<int>> in_flight_;
  std::atomic<uint64_t> id_ = 0;

  std::mutex mutex_;
  EndHandles handles_;
  IoPort::Interest interest_;
  bool closed_ = false;

  Overlapped read_;
  std::vector<uint8_t> read_bytes_;
  bool reading_ = false;
  size_t filled_ = 0;
  size_t offset_ = 0;
  bool ended_ = false;
  Status read_failure_;

  Overlapped write_;
  std::vector<uint8_t> write_bytes_;
  bool writing_ = false;
  OsError write_error_;

  int own_in_flight_ = 0;
  std::shared_ptr<Transfers> self_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_IO_TRANSFERS_H_
