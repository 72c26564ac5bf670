// Writes `total` bytes to stdout, `size` at a time: writer SIZE TOTAL.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const size_t size = std::strtoull(argv[1], nullptr, 10);
  size_t left = std::strtoull(argv[2], nullptr, 10);
  const std::string bytes(size, 'x');
  while (left > 0) {
    const ssize_t count = write(STDOUT_FILENO, bytes.data(), std::min(size, left));
    if (count < 0) return 1;
    left -= static_cast<size_t>(count);
  }
}
