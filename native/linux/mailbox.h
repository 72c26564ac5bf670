// Messages of other threads for the dispatcher's.
#ifndef RINGFENCE_LINUX_MAILBOX_H_
#define RINGFENCE_LINUX_MAILBOX_H_

#include <deque>
#include <functional>
#include <mutex>

#include "core/status.h"
#include "posix/unique_fd.h"

namespace ringfence {

class Dispatcher;

class Mailbox {
 public:
  using Message = std::function<void(Dispatcher*)>;

  Status Open();
  // Readable when there is a message.
  int fd() const { return wake_.get(); }

  // Any thread. Nobody may ever take it: then it is dropped with the mailbox.
  void Post(Message message);
  std::deque<Message> Take();

 private:
  unique_fd wake_;
  std::mutex mutex_;
  std::deque<Message> messages_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_MAILBOX_H_
