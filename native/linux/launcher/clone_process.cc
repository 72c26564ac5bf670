#include "linux/launcher/clone_process.h"

#include <linux/errno.h>
#include <linux/sched.h>

#include "linux/launcher/sys.h"
#include "linux/uapi/syscall_numbers.h"

extern "C" long RingfenceClone(long flags, char* stack, void (*function)(void*), void* argument,
                               int* tid);

// The new process starts on an empty stack, so what it has to call lies on that stack.
#if defined(__x86_64__)
// clone(flags, stack, parent_tid, child_tid, tls)
__asm__(
    ".text\n.global RingfenceClone\n.type RingfenceClone,%function\nRingfenceClone:\n"
    "sub $16,%rsi\nmov %rdx,(%rsi)\nmov %rcx,8(%rsi)\n"
    "mov %r8,%r10\nxor %edx,%edx\nxor %r8d,%r8d\nmov $56,%eax\nsyscall\n"
    "test %rax,%rax\njnz 1f\n"
    "xor %ebp,%ebp\npop %rax\npop %rdi\ncall *%rax\nhlt\n"
    "1: ret\n");
#elif defined(__aarch64__)
// clone(flags, stack, parent_tid, tls, child_tid)
__asm__(
    ".text\n.global RingfenceClone\n.type RingfenceClone,%function\nRingfenceClone:\n"
    "sub x1,x1,#16\nstp x2,x3,[x1]\n"
    "mov x2,xzr\nmov x3,xzr\nmov x8,#220\nsvc 0\n"
    "cbnz x0,1f\n"
    "mov x29,xzr\nldp x2,x0,[sp],#16\nblr x2\nbrk #1\n"
    "1: ret\n");
#endif

namespace ringfence {
namespace {

constexpr int kSigChild = 17;

}  // namespace

long CloneProcess(uint64_t flags) {
  clone_args arguments = {};
  arguments.flags = flags;
  arguments.exit_signal = kSigChild;
  const long result = sys::Call(__NR_clone3, sys::Address(&arguments), sizeof arguments);
  // Container filters answer ENOSYS, since they cannot look into the arguments of clone3().
  if (result != -ENOSYS) return result;
  return sys::Call(__NR_clone, static_cast<long>(flags | kSigChild), 0, 0, 0, 0);
}

long CloneSharing(void (*function)(void*), void* argument, char* stack, int* tid) {
  constexpr long kFlags = CLONE_VM | CLONE_FILES | CLONE_CHILD_CLEARTID | kSigChild;
  return RingfenceClone(kFlags, stack, function, argument, tid);
}

}  // namespace ringfence
