#include "linux/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace ringfence {

Status Mailbox::Open() {
  wake_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return wake_.valid() ? Status::Ok() : Status{Stage::kLaunchWatch, errno};
}

void Mailbox::Post(Message message) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    if (messages_.size() > 1) return;  // it is awake, or about to be
  }
  const uint64_t one = 1;
  // Cannot fail otherwise: the counter of an eventfd overflows after 2^64 - 1 wake-ups only.
  while (write(wake_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

std::deque<Mailbox::Message> Mailbox::Take() {
  uint64_t value = 0;
  // Before the queue is read, so that a message after it wakes again.
  while (read(wake_.get(), &value, sizeof value) < 0 && errno == EINTR) {
  }
  std::deque<Message> messages;
  const std::lock_guard lock(mutex_);
  messages.swap(messages_);
  return messages;
}

}  // namespace ringfence
