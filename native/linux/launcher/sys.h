// System calls without a C library: each returns the kernel's value, a negative errno on failure.
// The launcher is linked without libc: it starts faster, has a handful of pages, and runs alike on
// glibc and musl hosts.
#ifndef RINGFENCE_LINUX_LAUNCHER_SYS_H_
#define RINGFENCE_LINUX_LAUNCHER_SYS_H_

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

namespace ringfence::sys {

#if defined(__x86_64__)

inline long Call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
  long result = 0;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

inline long Call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

#else
#error "ringfence's launcher knows x86_64 and aarch64"
#endif

inline long Address(const void* pointer) { return reinterpret_cast<long>(pointer); }

inline long OpenAt(int directory, const char* path, int flags, unsigned mode = 0) {
  return Call(__NR_openat, directory, Address(path), flags, mode);
}
inline long Close(int fd) { return Call(__NR_close, fd); }
inline long Read(int fd, void* data, size_t size) {
  return Call(__NR_read, fd, Address(data), static_cast<long>(size));
}
inline long Write(int fd, const void* data, size_t size) {
  return Call(__NR_write, fd, Address(data), static_cast<long>(size));
}
inline long CloseRange(unsigned first, unsigned last, unsigned flags) {
  return Call(__NR_close_range, static_cast<long>(first), static_cast<long>(last),
              static_cast<long>(flags));
}
// Zeroed memory of this process, in place of a heap: its address, or a negative errno.
inline long MapMemory(size_t size) {
  constexpr int kProtReadWrite = 3;
  constexpr int kMapPrivateAnonymous = 0x22;
  return Call(__NR_mmap, 0, static_cast<long>(size), kProtReadWrite, kMapPrivateAnonymous, -1, 0);
}
inline long Prctl(int option, unsigned long a = 0, unsigned long b = 0, unsigned long c = 0,
                  unsigned long d = 0) {
  return Call(__NR_prctl, option, static_cast<long>(a), static_cast<long>(b), static_cast<long>(c),
              static_cast<long>(d));
}
[[noreturn]] inline void Exit(int code) {
  for (;;) Call(__NR_exit_group, code);
}

}  // namespace ringfence::sys

#endif  // RINGFENCE_LINUX_LAUNCHER_SYS_H_
