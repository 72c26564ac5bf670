#include "syscall_numbers.h"

// The kernel header asks for this name.
#define __ARCH_WANT_SYS_CLONE3  // NOLINT(bugprone-reserved-identifier)
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
