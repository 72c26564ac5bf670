// Our side of a command's terminal, besides reading it.
#ifndef RINGFENCE_LINUX_TERMINAL_H_
#define RINGFENCE_LINUX_TERMINAL_H_

#include <cstddef>
#include <cstdint>

#include "core/status.h"
#include "linux/pipe_end.h"

namespace ringfence {

// Types the bytes, or as many as there is room for: `written`. EIO: it is closed.
Status WriteTerminal(PipeEnd* end, const char* bytes, size_t size, size_t* written);

// The kernel tells the foreground process group (SIGWINCH) when it is another size.
Status ResizeTerminal(PipeEnd* end, uint16_t columns, uint16_t rows);

// What a person types to end the input, as it is set now; -1 when the command reads every byte as
// it is.
int EndOfInput(PipeEnd* end);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_TERMINAL_H_
