// What this kernel and this user can do, asked without changing anything.
#ifndef RINGFENCE_LINUX_KERNEL_FACTS_H_
#define RINGFENCE_LINUX_KERNEL_FACTS_H_

namespace ringfence {

struct KernelFacts {
  // Highest Landlock ABI, 0: none; then `landlock_errno` is why (ENOSYS: not built in, EOPNOTSUPP:
  // not enabled at boot).
  int landlock_abi = 0;
  int landlock_errno = 0;
  unsigned uid = 0;
  unsigned gid = 0;
  // CAP_SETUID and CAP_SETGID are there, so that every id can be mapped into a user namespace.
  bool maps_full_range = false;
  // kernel.pid_max is of each pid namespace (Linux 6.14), and the next number in it can be set.
  bool limits_pid_namespaces = false;
};

KernelFacts AskKernel();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_KERNEL_FACTS_H_
