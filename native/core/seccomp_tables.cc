#include "core/seccomp_tables.h"

namespace ringfence {
namespace {

using enum SeccompCheck;

// Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h (arm64).
// A test compares them with the kernel headers.
constexpr SyscallRule kRules[] = {
    // Work that a ring does is not seen by seccomp, and it is the kernel's most attacked interface.
    {"io_uring_setup", 425, 425, kRefuse},
    {"io_uring_enter", 426, 426, kRefuse},
    {"io_uring_register", 427, 427, kRefuse},

    // Reads or steers other processes; a tracer also gets around the filter of its tracee.
    {"ptrace", 101, 117, kRefuse},
    {"process_vm_readv", 310, 270, kRefuseUnlessInit},
    {"process_vm_writev", 311, 271, kRefuse},
    // Tells whether two processes share kernel objects, by the order of kernel addresses.
    {"kcmp", 312, 272, kRefuse},
    // A limit of CPU time kills, and where processes are in no namespace of their own, any of the
    // user.
    {"prlimit64", 302, 261, kOwnProcess},
    // Takes a descriptor out of another process.
    {"pidfd_getfd", 438, 438, kRefuseUnlessInit},

    // Changes the file system view that the sandbox is made of.
    {"mount", 165, 40, kRefuseUnlessNested},
    {"umount2", 166, 39, kRefuseUnlessNested},
    {"pivot_root", 155, 41, kRefuseUnlessNested},
    {"chroot", 161, 51, kRefuseUnlessNested},
    {"open_tree", 428, 428, kRefuseUnlessNested},
    {"move_mount", 429, 429, kRefuseUnlessNested},
    {"fsopen", 430, 430, kRefuseUnlessNested},
    {"fsconfig", 431, 431, kRefuseUnlessNested},
    {"fsmount", 432, 432, kRefuseUnlessNested},
    {"fspick", 433, 433, kRefuseUnlessNested},
    {"mount_setattr", 442, 442, kRefuseUnlessNested},
    {"open_tree_attr", 467, 467, kRefuseUnlessNested},

    // A new user namespace gives all capabilities, and with them most of the kernel to attack.
    {"setns", 308, 268, kRefuseUnlessNested},
    {"unshare", 272, 97, kUnshareFlags},
    {"clone", 56, 220, kCloneFlags},
    // Its flags are behind a pointer, out of a filter's sight. ENOSYS makes libc take clone.
    {"clone3", 435, 435, kHideUnlessNested},

    // Loads programs into the kernel.
    {"bpf", 321, 280, kRefuse},
    // Side channels of other processes, and a long list of kernel bugs.
    {"perf_event_open", 298, 241, kRefuse},
    // Key rings are per user, not per namespace: the host's keys are in them.
    {"keyctl", 250, 219, kRefuse},
    {"add_key", 248, 217, kRefuse},
    {"request_key", 249, 218, kRefuse},
    // Stops the kernel at a page of choice: the usual help of kernel exploits.
    {"userfaultfd", 323, 282, kRefuse},
    // Opens files by number, past every mount and directory permission.
    {"open_by_handle_at", 304, 265, kRefuse},
    // Watches whole mounts, the host's files included.
    {"fanotify_init", 300, 262, kRefuse},

    // Replaces or extends the kernel.
    {"kexec_load", 246, 104, kRefuse},
    {"kexec_file_load", 320, 294, kRefuse},
    {"init_module", 175, 105, kRefuse},
    {"finit_module", 313, 273, kRefuse},
    {"delete_module", 176, 106, kRefuse},
    {"create_module", 174, kNoSyscall, kRefuse},
    {"get_kernel_syms", 177, kNoSyscall, kRefuse},
    {"query_module", 178, kNoSyscall, kRefuse},

    // Administration of the whole machine.
    {"reboot", 169, 142, kRefuse},
    {"swapon", 167, 224, kRefuse},
    {"swapoff", 168, 225, kRefuse},
    {"acct", 163, 89, kRefuse},
    {"quotactl", 179, 60, kRefuse},
    {"quotactl_fd", 443, 443, kRefuse},
    {"settimeofday", 164, 170, kRefuse},
    {"clock_settime", 227, 112, kRefuse},
    {"adjtimex", 159, 171, kRefuse},
    {"clock_adjtime", 305, 266, kRefuse},
    {"vhangup", 153, 58, kRefuse},
    // The kernel log tells addresses and what other users do.
    {"syslog", 103, 116, kRefuse},

    // Moves the memory of other processes.
    {"move_pages", 279, 239, kRefuse},
    {"migrate_pages", 256, 238, kRefuse},

    // Access to hardware ports.
    {"iopl", 172, kNoSyscall, kRefuse},
    {"ioperm", 173, kNoSyscall, kRefuse},
    // Makes segments for 16-bit code, used in kernel exploits and hardly elsewhere.
    {"modify_ldt", 154, kNoSyscall, kRefuse},
    // Obsolete; where a kernel still has them, nothing current needs them.
    {"_sysctl", 156, kNoSyscall, kRefuse},
    {"uselib", 134, kNoSyscall, kRefuse},
    {"lookup_dcookie", 212, 18, kRefuse},
    {"nfsservctl", 180, 42, kRefuse},

    // Where the sandbox shares the host's namespaces, these reach processes and memory of the user
    // outside of it.
    {"setpriority", 141, 140, kOwnPriorityIfShared},
    {"ioprio_set", 251, 30, kRefuseIfShared},
    {"sched_setaffinity", 203, 122, kOwnProcessIfShared},
    {"sched_setscheduler", 144, 119, kOwnProcessIfShared},
    {"sched_setparam", 142, 118, kOwnProcessIfShared},
    {"sched_setattr", 314, 274, kOwnProcessIfShared},
    {"shmget", 29, 194, kRefuseIfShared},
    {"shmat", 30, 196, kRefuseIfShared},
    {"shmctl", 31, 195, kRefuseIfShared},
    {"semget", 64, 190, kRefuseIfShared},
    {"semop", 65, 193, kRefuseIfShared},
    {"semctl", 66, 191, kRefuseIfShared},
    {"semtimedop", 220, 192, kRefuseIfShared},
    {"msgget", 68, 186, kRefuseIfShared},
    {"msgsnd", 69, 189, kRefuseIfShared},
    {"msgrcv", 70, 188, kRefuseIfShared},
    {"msgctl", 71, 187, kRefuseIfShared},
    {"mq_open", 240, 180, kRefuseIfShared},
    {"mq_unlink", 241, 181, kRefuseIfShared},

    {"ioctl", 16, 29, kTerminalRequest},
    {"socket", 41, 198, kSocket},
    {"socketpair", 53, 199, kSocketPair},
    {"connect", 42, 203, kConnect},
};

constexpr uint32_t kTerminalRequests[] = {
    0x5412,  // TIOCSTI: types into the terminal, whose shell is outside the sandbox
    0x541c,  // TIOCLINUX: pastes the console's selection into it
    0x541d,  // TIOCCONS: redirects the console's output
};

}  // namespace

std::span<const SyscallRule> SyscallRules() { return kRules; }

std::span<const uint32_t> RefusedTerminalRequests() { return kTerminalRequests; }

}  // namespace ringfence
