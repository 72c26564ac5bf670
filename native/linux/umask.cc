#include "linux/umask.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "posix/unique_fd.h"

namespace ringfence {

uint32_t ReadUmask() {
  constexpr uint32_t kStrict = 077;
  // The file of the thread: that of the process adds up numbers of all its threads.
  const unique_fd file(open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC));
  char text[256];
  const ssize_t size = file.valid() ? read(file.get(), text, sizeof text - 1) : -1;
  if (size <= 0) return kStrict;
  text[size] = '\0';
  const char* line = strstr(text, "Umask:");
  return line == nullptr ? kStrict : static_cast<uint32_t>(strtoul(line + 6, nullptr, 8));
}

}  // namespace ringfence
