// System call numbers as the kernel headers have them, to compare our tables with. Each
// architecture has a file of its own, because the headers define the same macros.
#ifndef RINGFENCE_TEST_NATIVE_SYSCALL_NUMBERS_H_
#define RINGFENCE_TEST_NATIVE_SYSCALL_NUMBERS_H_

namespace ringfence::test {

struct SyscallNumber {
  const char* name;  // nullptr at the end
  int number;
};

extern const SyscallNumber kArm64Numbers[];
// Empty when these are not the headers of x64.
extern const SyscallNumber kX64Numbers[];

}  // namespace ringfence::test

// The calls that both architectures have.
// clang-format off: it moves these lines at every run
#define RINGFENCE_COMMON_SYSCALLS(X) \
  X(io_uring_setup) X(io_uring_enter) X(io_uring_register) X(ptrace) X(process_vm_readv) \
  X(process_vm_writev) X(kcmp) X(prlimit64) X(pidfd_getfd) X(mount) X(umount2) X(pivot_root) X(chroot) \
  X(open_tree) X(move_mount) X(fsopen) X(fsconfig) X(fsmount) X(fspick) X(mount_setattr) \
  X(setns) X(unshare) X(clone) X(clone3) X(bpf) X(perf_event_open) X(keyctl) X(add_key) \
  X(request_key) X(userfaultfd) X(open_by_handle_at) X(fanotify_init) X(kexec_load) \
  X(kexec_file_load) X(init_module) X(finit_module) X(delete_module) X(reboot) X(swapon) \
  X(swapoff) X(acct) X(quotactl) X(quotactl_fd) X(settimeofday) X(clock_settime) X(adjtimex) \
  X(clock_adjtime) X(vhangup) X(syslog) X(move_pages) X(migrate_pages) X(lookup_dcookie) \
  X(nfsservctl) X(setpriority) X(ioprio_set) X(sched_setaffinity) X(sched_setscheduler) \
  X(sched_setparam) X(sched_setattr) X(shmget) X(shmat) X(shmctl) X(semget) X(semop) X(semctl) \
  X(semtimedop) X(msgget) X(msgsnd) X(msgrcv) X(msgctl) X(mq_open) X(mq_unlink) X(ioctl) X(socket) X(socketpair) X(connect)
// clang-format on

#endif  // RINGFENCE_TEST_NATIVE_SYSCALL_NUMBERS_H_
