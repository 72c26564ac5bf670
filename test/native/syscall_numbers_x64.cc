#include "syscall_numbers.h"

#if __has_include(<asm/unistd_64.h>) && defined(__x86_64__)
#include <asm/unistd_64.h>
#define RINGFENCE_X64_SYSCALLS(X) \
  RINGFENCE_COMMON_SYSCALLS(X)    \
  X(create_module)                \
  X(get_kernel_syms) X(query_module) X(iopl) X(ioperm) X(modify_ldt) X(_sysctl) X(uselib)
#else
#define RINGFENCE_X64_SYSCALLS(X)
#endif

namespace ringfence::test {

const SyscallNumber kX64Numbers[] = {
#define X(name) {#name, __NR_##name},
    RINGFENCE_X64_SYSCALLS(X)
#undef X
        {nullptr, 0},
};

}  // namespace ringfence::test
