#include "win/io/transfers.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace ringfence::win {
namespace {

// Nobody has the other end any more, and all that was written is read.
bool IsEnd(OsError error) {
  return error.is(kErrorBrokenPipe) || error.is(kErrorPipeNotConnected) ||
         error.is(kErrorHandleEof);
}

}  // namespace

Transfers::Transfers(const Win32Api& api, EndHandles handles,
                     std::shared_ptr<std::atomic<int>> in_flight)
    : api_(api),
      has_input_(handles.input.valid()),
      in_flight_(std::move(in_flight)),
      handles_(std::move(handles)) {}

IoRead Transfers::Read(char* to, size_t size) {
  const std::lock_guard lock(mutex_);
  if (closed_) return {IoRead::Kind::kClosed, 0, {}};
  if (offset_ < filled_) {
    const size_t count = std::min(size, filled_ - offset_);
    memcpy(to, read_bytes_.data() + offset_, count);
    offset_ += count;
    return {IoRead::Kind::kData, count, {}};
  }
  if (!ended_) {
    // Windows fills the memory while the caller is elsewhere.
    StartReading();
    return {IoRead::Kind::kNothing, 0, {}};
  }
  if (read_failure_.ok()) return {IoRead::Kind::kEnd, 0, {}};
  return {IoRead::Kind::kFailed, 0, read_failure_};
}

Status Transfers::Write(const char* bytes, size_t size, size_t* written) {
  const std::lock_guard lock(mutex_);
  *written = 0;
  if (closed_) return Failed(Stage::kWinPipeWrite, Win32Error(kErrorBrokenPipe));
  if (!write_error_.ok()) return Failed(Stage::kWinPipeWrite, write_error_);
  if (writing_ || size == 0) return Status::Ok();
  const size_t taken = std::min(size, kMostWriteBytes);
  const auto* const begin = reinterpret_cast<const uint8_t*>(bytes);
  write_bytes_.assign(begin, begin + taken);
  write_ = {};
  HoldOn();
  writing_ = true;
  write_error_ = api_.io.StartWrite(handles_.input.get(), write_bytes_, &write_);
  if (!write_error_.ok()) {
    writing_ = false;
    --*in_flight_;
    if (--own_in_flight_ == 0) self_.reset();
    return Failed(Stage::kWinPipeWrite, write_error_);
  }
  *written = taken;
  return Status::Ok();
}

void Transfers::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  // Where there is nothing to cancel, it has ended meanwhile.
  if (reading_) (void)api_.io.Cancel(handles_.output.get(), &read_);
  if (writing_) (void)api_.io.Cancel(handles_.input.get(), &write_);
  handles_ = {};
}

void Transfers::SetInterest(uint64_t id, IoPort::Interest interest) {
  id_ = id;
  const std::lock_guard lock(mutex_);
  interest_ = interest;
}

IoPort::Interest Transfers::Poll() {
  const std::lock_guard lock(mutex_);
  if (closed_) return {};
  if (interest_.input && !has_output()) StartReading();
  return {interest_.input && has_output(), interest_.room && !writing_};
}

void Transfers::Complete(const Completion& completion) {
  // Of what is in flight: it may be all that keeps this.
  std::shared_ptr<Transfers> self;
  const std::lock_guard lock(mutex_);
  --*in_flight_;
  if (--own_in_flight_ == 0) self = std::move(self_);
  if (completion.overlapped == reinterpret_cast<uintptr_t>(&write_)) {
    writing_ = false;
    write_error_ = completion.error;
    return;
  }
  reading_ = false;
  if (completion.error.ok()) {
    filled_ = completion.number;
  } else {
    EndReading(completion.error);
  }
}

void Transfers::StartReading() {
  if (reading_) return;
  if (read_bytes_.empty()) read_bytes_.resize(kReadBytes);
  filled_ = 0;
  offset_ = 0;
  read_ = {};
  HoldOn();
  reading_ = true;
  const OsError error = api_.io.StartRead(handles_.output.get(), read_bytes_, &read_);
  if (error.ok()) return;
  reading_ = false;
  --*in_flight_;
  if (--own_in_flight_ == 0) self_.reset();
  EndReading(error);
}

void Transfers::EndReading(OsError error) {
  ended_ = true;
  if (!IsEnd(error)) read_failure_ = Failed(Stage::kWinPipeRead, error);
}

void Transfers::HoldOn() {
  ++*in_flight_;
  ++own_in_flight_;
  self_ = shared_from_this();
}

}  // namespace ringfence::win
