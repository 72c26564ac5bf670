// The start of the process, and the memory functions that the compiler calls on its own.
#include <stddef.h>

#include "linux/launcher/sys.h"

namespace ringfence {
int Main(int argc, char** argv);
}

extern "C" {

void* memcpy(void* to, const void* from, size_t size) {
  auto* t = static_cast<unsigned char*>(to);
  const auto* f = static_cast<const unsigned char*>(from);
  for (size_t i = 0; i < size; ++i) t[i] = f[i];
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  auto* t = static_cast<unsigned char*>(to);
  const auto* f = static_cast<const unsigned char*>(from);
  if (t < f) {
    for (size_t i = 0; i < size; ++i) t[i] = f[i];
  } else {
    while (size-- > 0) t[size] = f[size];
  }
  return to;
}

void* memset(void* to, int value, size_t size) {
  auto* t = static_cast<unsigned char*>(to);
  for (size_t i = 0; i < size; ++i) t[i] = static_cast<unsigned char>(value);
  return to;
}

int memcmp(const void* a, const void* b, size_t size) {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  for (size_t i = 0; i < size; ++i) {
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  }
  return 0;
}

// stack: argc, argv..., 0, envp..., 0, auxv (System V ABI, "Process Initialization").
[[noreturn]] __attribute__((used)) void RingfenceStart(long* stack) {
  ringfence::sys::Exit(
      ringfence::Main(static_cast<int>(stack[0]), reinterpret_cast<char**>(stack + 1)));
}

}  // extern "C"

#if defined(__x86_64__)
__asm__(
    ".text\n.global _start\n.type _start,@function\n_start:\n"
    "xor %ebp,%ebp\nmov %rsp,%rdi\nand $-16,%rsp\ncall RingfenceStart\nhlt\n");
#elif defined(__aarch64__)
__asm__(
    ".text\n.global _start\n.type _start,%function\n_start:\n"
    "mov x29,#0\nmov x30,#0\nmov x0,sp\nand sp,x0,#-16\nbl RingfenceStart\nbrk #1\n");
#endif
