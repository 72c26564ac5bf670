#include "linux/epoll_port.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "linux/terminal.h"
#include "posix/background_thread.h"

namespace ringfence {
namespace {

constexpr uint64_t kStop = 0;

constexpr int kEventsPerWait = 64;

}  // namespace

IoRead EpollEnd::Read(char* to, size_t size) {
  const ssize_t count = drain_->Read(&end_, to, size);
  if (count > 0) return {IoRead::Kind::kData, static_cast<size_t>(count), {}};
  if (count == 0) return {IoRead::Kind::kEnd, 0, {}};
  if (count == -EAGAIN) return {IoRead::Kind::kNothing, 0, {}};
  // A descriptor that cannot be read fails with the same number.
  if (count == -EBADF && IsClosed()) return {IoRead::Kind::kClosed, 0, {}};
  return {IoRead::Kind::kFailed, 0, {Stage::kOutputRead, static_cast<int>(-count)}};
}

bool EpollEnd::IsClosed() {
  const std::lock_guard lock(end_.mutex);
  return !end_.fd.valid();
}

Status EpollEnd::Write(const char* bytes, size_t size, size_t* written) {
  return WriteTerminal(&end_, bytes, size, written);
}

Status EpollEnd::Resize(uint16_t columns, uint16_t rows) {
  return ResizeTerminal(&end_, columns, rows);
}

int EpollEnd::EndOfInput() { return ringfence::EndOfInput(&end_); }

Status EpollPort::Start(std::function<void()> run, std::thread* thread) {
  epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.valid()) return {Stage::kOutputWatch, errno};
  stop_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop_.valid()) return {Stage::kOutputWatch, errno};
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = kStop;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_.get(), &event) < 0) {
    return {Stage::kOutputWatch, errno};
  }
  return StartBackgroundThread(Stage::kOutputThread, std::move(run), thread);
}

Status EpollPort::Await(IoEnd* end, uint64_t id, Interest interest) {
  auto* const own = static_cast<EpollEnd*>(end);
  epoll_event event = {};
  if (interest.input) event.events |= EPOLLIN;
  if (interest.room) event.events |= EPOLLOUT;
  event.data.u64 = id;
  const bool wanted = event.events != 0;
  if (!wanted && !own->registered_) return Status::Ok();
  const int operation = !wanted ? EPOLL_CTL_DEL : own->registered_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(epoll_.get(), operation, own->end_.fd.get(), &event) < 0) {
    return {Stage::kOutputWatch, errno};
  }
  own->registered_ = wanted;
  return Status::Ok();
}

bool EpollPort::Wait(std::vector<Ready>* ready) {
  ready->clear();
  epoll_event events[kEventsPerWait];
  const int count = epoll_wait(epoll_.get(), events, kEventsPerWait, -1);
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u64 == kStop) return false;
    // A hang-up or an error is news for whoever waits, for whatever.
    ready->push_back({events[i].data.u64, (events[i].events & ~EPOLLOUT) != 0,
                      (events[i].events & ~EPOLLIN) != 0});
  }
  return true;
}

void EpollPort::Stop() {
  const uint64_t one = 1;
  // Cannot fail: the counter of an eventfd overflows after 2^64 - 1 wake-ups only.
  while (write(stop_.get(), &one, sizeof one) < 0) {
  }
}

Status EpollPort::NoMemory() const { return {Stage::kOutputRead, ENOMEM}; }

}  // namespace ringfence
