// Loads the filter into the real kernel, in child processes. Denied calls have arguments that the
// kernel refuses as well, with another errno: so it shows who answered, and nothing happens.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include "check.h"
#include "core/seccomp_filter.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence {
namespace {

using Sockets = SeccompOptions::Sockets;
using UnixSockets = SeccompOptions::UnixSockets;

static_assert(sizeof(BpfInstruction) == sizeof(sock_filter));

constexpr SeccompOptions::Arch kHostArch =
#if defined(__x86_64__)
    SeccompOptions::Arch::kX64;
#else
    SeccompOptions::Arch::kArm64;
#endif

constexpr int kInstallFailed = 250;

// Runs `body` in a child, behind the filter or without, and returns its exit code.
template <typename Body>
int InChild(const SeccompOptions* options, Body body) {
  (void)std::fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) {
    if (options != nullptr) {
      std::vector<BpfInstruction> filter = BuildSeccompFilter(*options);
      const sock_fprog program = {static_cast<unsigned short>(filter.size()),
                                  reinterpret_cast<sock_filter*>(filter.data())};
      if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
          syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
        _exit(kInstallFailed);
      }
    }
    _exit(body());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

struct Probe {
  const char* name;
  long number;
  long arguments[6];
  int refused;  // errno behind the filter
};

int ErrnoOf(const Probe& probe) {
  const long* const a = probe.arguments;
  const long result = syscall(probe.number, a[0], a[1], a[2], a[3], a[4], a[5]);
  return result < 0 ? errno : 0;
}

constexpr long kNobody = 0x7ffffffe;  // above any pid
constexpr long kBadPointer = 1;

// Each is refused by the kernel, too, but otherwise, for root and ordinary users alike.
const Probe kRefused[] = {
    {"io_uring_setup", __NR_io_uring_setup, {1, kBadPointer}, EPERM},
    {"ptrace", __NR_ptrace, {16, kNobody}, EPERM},
    {"process_vm_readv", __NR_process_vm_readv, {kNobody, 0, 0, 0, 0, 1}, EPERM},
    {"process_vm_writev", __NR_process_vm_writev, {kNobody, 0, 0, 0, 0, 1}, EPERM},
    {"kcmp", __NR_kcmp, {kNobody, kNobody}, EPERM},
    {"prlimit64 of another process", __NR_prlimit64, {kNobody}, EPERM},
    {"pidfd_getfd", __NR_pidfd_getfd, {-1}, EPERM},
    {"mount", __NR_mount, {kBadPointer, kBadPointer, kBadPointer, 0, kBadPointer}, EPERM},
    {"umount2", __NR_umount2, {kBadPointer, 0xffff}, EPERM},
    {"open_tree", __NR_open_tree, {-1, kBadPointer, 0}, EPERM},
    {"fsconfig", __NR_fsconfig, {-1, 99}, EPERM},
    {"setns", __NR_setns, {-1, 0}, EPERM},
    {"unshare user", __NR_unshare, {0x10000001}, EPERM},
    {"clone user", __NR_clone, {0x10000200}, EPERM},
    {"clone3", __NR_clone3, {0, 0}, ENOSYS},
    {"perf_event_open", __NR_perf_event_open, {kBadPointer, 0, 0, -1, -1}, EPERM},
    {"keyctl", __NR_keyctl, {9999}, EPERM},
    {"add_key", __NR_add_key, {kBadPointer, kBadPointer, 0, 0, 0}, EPERM},
    {"request_key", __NR_request_key, {kBadPointer, kBadPointer}, EPERM},
    {"userfaultfd", __NR_userfaultfd, {0x101}, EPERM},
    {"TIOCSTI", __NR_ioctl, {-1, 0x5412}, EPERM},
    {"TIOCSTI with high bits", __NR_ioctl, {-1, 0x7dead00005412}, EPERM},
    {"TIOCLINUX", __NR_ioctl, {-1, 0x541c}, EPERM},
    {"AF_PACKET", __NR_socket, {AF_PACKET, 99, 0}, EAFNOSUPPORT},
    {"AF_VSOCK", __NR_socket, {40, 99, 0}, EAFNOSUPPORT},
    {"AF_ALG", __NR_socket, {38, 99, 0}, EAFNOSUPPORT},
    {"netlink audit", __NR_socket, {AF_NETLINK, 99, 9}, EPROTONOSUPPORT},
    {"unix datagram", __NR_socket, {AF_UNIX, SOCK_DGRAM, 0}, ESOCKTNOSUPPORT},
    {"unix raw", __NR_socket, {AF_UNIX, SOCK_RAW | SOCK_CLOEXEC, 0}, ESOCKTNOSUPPORT},
    {"unix datagram pair", __NR_socketpair, {AF_UNIX, SOCK_DGRAM, 0, kBadPointer}, ESOCKTNOSUPPORT},
    // Notified, and nobody listens here.
    {"connect", __NR_connect, {-1, 0, 0}, ENOSYS},
};

const Probe kAllowed[] = {
    {"getpid", __NR_getpid, {}, 0},
    {"unshare files", __NR_unshare, {0x400}, 0},
    {"TCGETS", __NR_ioctl, {-1, 0x5401}, EBADF},
    {"prlimit64 of its own", __NR_prlimit64, {0}, 0},
    {"unix stream", __NR_socket, {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0}, 0},
    {"unix seqpacket pair", __NR_socketpair, {AF_UNIX, SOCK_SEQPACKET, 0, kBadPointer}, EFAULT},
    {"inet", __NR_socket, {AF_INET, SOCK_DGRAM, 0}, 0},
    {"netlink route", __NR_socket, {AF_NETLINK, SOCK_RAW, 0}, 0},
};

constexpr SeccompOptions kDefault = {kHostArch, false, Sockets::kLoopback, UnixSockets::kOwn};

TEST(SeccompFilterRefusesInTheKernelWhatItsTablesSay) {
  for (const Probe& probe : kRefused) {
    const int without = InChild(nullptr, [&probe] { return ErrnoOf(probe); });
    const int behind = InChild(&kDefault, [&probe] { return ErrnoOf(probe); });
    if (behind != probe.refused || without == probe.refused) {
      test::Fail(__FILE__, __LINE__,
                 std::string(probe.name) + ": errno " + std::to_string(without) + " without, " +
                     std::to_string(behind) + " behind the filter");
    }
  }
}

TEST(SeccompFilterAllowsInTheKernelWhatItDoesNotName) {
  for (const Probe& probe : kAllowed) {
    const int without = InChild(nullptr, [&probe] { return ErrnoOf(probe); });
    const int behind = InChild(&kDefault, [&probe] { return ErrnoOf(probe); });
    CHECK_EQ(without, probe.refused);
    CHECK_EQ(behind, probe.refused);
  }
}

TEST(SeccompFilterLoadsWithEveryOption) {
  for (const bool nested : {false, true}) {
    for (const Sockets sockets : {Sockets::kNone, Sockets::kLoopback, Sockets::kInet}) {
      for (const UnixSockets unix_sockets : {UnixSockets::kOwn, UnixSockets::kPairs}) {
        const SeccompOptions options = {kHostArch, nested, sockets, unix_sockets};
        CHECK_EQ(InChild(&options, [] { return 7; }), 7);
      }
    }
  }
}

TEST(SeccompFilterOfPairsHasOnlySocketPairs) {
  const SeccompOptions pairs = {kHostArch, false, Sockets::kNone, UnixSockets::kPairs};
  const auto stream = [] { return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0; };
  const auto inet = [] { return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0; };
  const auto pair = [] {
    int fds[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0 ? errno : 0;
  };
  CHECK_EQ(InChild(nullptr, stream), 0);
  CHECK_EQ(InChild(&pairs, stream), EAFNOSUPPORT);
  CHECK_EQ(InChild(nullptr, inet), 0);
  CHECK_EQ(InChild(&pairs, inet), EAFNOSUPPORT);
  CHECK_EQ(InChild(&pairs, pair), 0);
}

TEST(SeccompFilterLetsNestedSandboxesMount) {
  const SeccompOptions nested = {kHostArch, true, Sockets::kNone, UnixSockets::kPairs};
  const auto clone3 = [] { return syscall(__NR_clone3, 0, 0) < 0 ? errno : 0; };
  const auto setns = [] { return syscall(__NR_setns, -1, 0) < 0 ? errno : 0; };
  CHECK_EQ(InChild(&nested, clone3), EINVAL);
  CHECK_EQ(InChild(&nested, setns), EBADF);
  CHECK_EQ(InChild(&kDefault, setns), EPERM);
}

#if defined(__x86_64__)
TEST(SeccompFilterRefusesThe32BitCallsOfA64BitProcess) {
  const auto getpid_by_interrupt = [] {
    long result = 20;  // getpid of i386
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory");
    return result == -ENOSYS ? 1 : 2;
  };
  const int without = InChild(nullptr, getpid_by_interrupt);
  if (without != 2) {
    std::printf("SKIPPED 32-bit calls: this kernel has none (%d)\n", without);
    return;
  }
  CHECK_EQ(InChild(&kDefault, getpid_by_interrupt), 1);
}
#endif

}  // namespace
}  // namespace ringfence
