// Our end of a pipe or of a terminal of a command, whatever the system has for one.
#ifndef RINGFENCE_CORE_IO_END_H_
#define RINGFENCE_CORE_IO_END_H_

#include <cstddef>
#include <cstdint>

#include "core/status.h"

namespace ringfence {

struct IoRead {
  enum class Kind {
    kData,
    kEnd,
    kNothing,  // now
    kClosed,   // by Close()
    kFailed
  };
  Kind kind = Kind::kNothing;
  // kData: more than 0.
  size_t size = 0;
  // kFailed.
  Status failure;
};

class IoEnd {
 public:
  virtual ~IoEnd() = default;

  // On the thread of an OutputReader. Never waits.
  virtual IoRead Read(char* to, size_t size) = 0;

  // At once: whoever has the other end finds it broken. Waits for a Read() on another thread.
  virtual void Close() = 0;

  // What JS knows it by; -1 when it is closed, and when it is for nobody else.
  virtual int Number() = 0;

  // Those that follow are of a terminal, Write() also of an input.

  // Takes the bytes, or as many as there is room for: `written`. Never waits.
  virtual Status Write(const char* bytes, size_t size, size_t* written) = 0;

  // In characters. Without effect when it is closed.
  virtual Status Resize(uint16_t columns, uint16_t rows) = 0;

  // What a person types to end the input, as it is set now; -1 when the command reads every byte as
  // it is.
  virtual int EndOfInput() = 0;
};

}  // namespace ringfence

#endif  // RINGFENCE_CORE_IO_END_H_
