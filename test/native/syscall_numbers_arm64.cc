#include "syscall_numbers.h"

#define __ARCH_WANT_SYS_CLONE3
#include <asm-generic/unistd.h>

namespace ringfence::test {

// arm64 has the generic numbers, which every Linux header package carries.
const SyscallNumber kArm64Numbers[] = {
#define X(name) {#name, __NR_##name},
    RINGFENCE_COMMON_SYSCALLS(X)
#undef X
        {nullptr, 0},
};

}  // namespace ringfence::test
