// Waiting for many ends at once, with what the system has for that.
#ifndef RINGFENCE_CORE_IO_PORT_H_
#define RINGFENCE_CORE_IO_PORT_H_

#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "core/io_end.h"
#include "core/status.h"

namespace ringfence {

class IoPort {
 public:
  struct Interest {
    // In something to read, or the end.
    bool input = false;
    // In room for Write(), or in that nobody is left who would read. Told once.
    bool room = false;
  };
  struct Ready {
    uint64_t id = 0;
    bool input = false;
    bool room = false;
  };

  virtual ~IoPort() = default;

  // Once. `run` is to be called on a new thread, and to call Wait() until it says no.
  virtual Status Start(std::function<void()> run, std::thread* thread) = 0;

  // What is to be told of `end` from now on, under the name `id`. From any thread, one at a time.
  virtual Status Await(IoEnd* end, uint64_t id, Interest interest) = 0;

  // On its own thread. Waits until there is something to tell, and tells it again as long as it
  // is so. False after Stop().
  virtual bool Wait(std::vector<Ready>* ready) = 0;

  // From another thread.
  virtual void Stop() = 0;

  // Of an end that grew beyond what memory there is.
  virtual Status NoMemory() const = 0;
};

}  // namespace ringfence

#endif  // RINGFENCE_CORE_IO_PORT_H_
