#include "linux/launcher/broker.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/ioctl.h>
#include <linux/seccomp.h>
#include <linux/socket.h>

#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"
#include "linux/launcher/unix_target.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence {
namespace {

constexpr int kSigChild = 17;
constexpr int kSocketLevel = 1;    // SOL_SOCKET
constexpr int kDomainOption = 39;  // SO_DOMAIN
constexpr int kUnixFamily = 1;     // AF_UNIX

// One call, with everything taken out of the command's process.
struct Call {
  int listener = -1;
  uint64_t id = 0;
  uint32_t thread = 0;
  int socket = -1;  // duplicate of the command's
  uint32_t address_size = 0;
  alignas(8) char address[sizeof(__kernel_sockaddr_storage)] = {};
};

void Answer(const Call& call, long result) {
  seccomp_notif_resp response = {};
  response.id = call.id;
  response.error = result < 0 ? static_cast<int>(result) : 0;
  sys::Call(__NR_ioctl, call.listener, SECCOMP_IOCTL_NOTIF_SEND, sys::Address(&response));
}

// True while the caller still waits, so that its thread id means what it meant.
bool Waits(const Call& call) {
  return sys::Call(__NR_ioctl, call.listener, SECCOMP_IOCTL_NOTIF_ID_VALID,
                   sys::Address(&call.id)) == 0;
}

// The process of a thread: pidfd_open(2) takes no other thread before Linux 6.9.
long ProcessOf(uint32_t thread) {
  Line<64> path;
  path.Add("/proc/").Add(thread).Add("/status");
  const long fd = sys::OpenAt(AT_FDCWD, path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fd;
  char status[512];
  const long size = sys::Read(static_cast<int>(fd), status, sizeof status - 1);
  sys::Close(static_cast<int>(fd));
  if (size < 0) return size;
  status[size] = '\0';
  for (const char* p = status; *p != '\0'; ++p) {
    if (!StartsWith(p, "\nTgid:\t")) continue;
    long pid = 0;
    for (p += 7; *p >= '0' && *p <= '9'; ++p) pid = pid * 10 + (*p - '0');
    return pid;
  }
  return -ESRCH;
}

// Not through /proc/PID/mem: the file of a process that is not dumpable belongs to an owner who has
// no id in the sandbox, so that not even the init could open it.
long CopyAddress(Call* call, uint64_t pointer) {
  struct {
    uint64_t base;
    uint64_t size;
  } const local = {reinterpret_cast<uint64_t>(call->address), call->address_size},
          remote = {pointer, call->address_size};
  const long size = sys::Call(__NR_process_vm_readv, call->thread, sys::Address(&local), 1,
                              sys::Address(&remote), 1, 0);
  if (size < 0) return size;
  return size == static_cast<long>(call->address_size) ? 0 : -EFAULT;
}

// Takes socket and address out of the caller. A negative errno is the caller's answer.
long Take(Call* call, const seccomp_notif& request) {
  const auto size = static_cast<int32_t>(request.data.args[2]);
  if (size < 0 || static_cast<size_t>(size) > sizeof call->address) return -EINVAL;
  call->address_size = static_cast<uint32_t>(size);
  const long process = ProcessOf(call->thread);
  if (process < 0) return -EACCES;
  const long pidfd = sys::Call(__NR_pidfd_open, process, 0);
  if (pidfd < 0) return -EACCES;
  const long socket =
      sys::Call(__NR_pidfd_getfd, pidfd, static_cast<int32_t>(request.data.args[0]), 0);
  sys::Close(static_cast<int>(pidfd));
  if (socket < 0) return socket == -EBADF ? -EBADF : -EACCES;
  call->socket = static_cast<int>(socket);
  const long copied = CopyAddress(call, request.data.args[1]);
  if (copied < 0) return copied == -EFAULT ? -EFAULT : -EACCES;
  return Waits(*call) ? 0 : -ESRCH;
}

// Decides. 0: `target` is what to connect to.
long FindTarget(const Launch& launch, const Call& call, UnixTarget* target) {
  int domain = 0;
  uint32_t size = sizeof domain;
  const long asked = sys::Call(__NR_getsockopt, call.socket, kSocketLevel, kDomainOption,
                               sys::Address(&domain), sys::Address(&size));
  if (asked < 0) return asked;
  if (domain != kUnixFamily) {
    target->address_size = call.address_size;
    __builtin_memcpy(target->address, call.address, call.address_size);
    return 0;
  }
  UnixRequest request;
  request.thread = call.thread;
  request.address = call.address;
  request.address_size = call.address_size;
  request.own_network = (launch.plan->flags & wire::kPlanOwnNetwork) != 0;
  request.host_diag = launch.host_diag();
  return FindUnixTarget(request, target);
}

void Connect(const Call& call, const UnixTarget& target) {
  Answer(call, sys::Call(__NR_connect, call.socket, sys::Address(target.address),
                         static_cast<long>(target.address_size)));
}

bool MayBlock(int socket) {
  const long flags = sys::Call(__NR_fcntl, socket, F_GETFL);
  return flags < 0 || (flags & O_NONBLOCK) == 0;
}

}  // namespace

void Broker::Handle(int listener) {
  // The kernel writes its own size of the structure, which may grow.
  alignas(seccomp_notif) char buffer[512] = {};
  auto* request = reinterpret_cast<seccomp_notif*>(buffer);
  if (sys::Call(__NR_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, sys::Address(request)) < 0) return;
  Call call;
  call.listener = listener;
  call.id = request->id;
  call.thread = request->pid;
  UnixTarget target;
  long result = Take(&call, *request);
  if (result >= 0) result = FindTarget(launch_, call, &target);
  if (result < 0) {
    Answer(call, result);
  } else if (!MayBlock(call.socket)) {
    Connect(call, target);
  } else {
    const long worker = StartWorker();
    if (worker == 0) {
      Connect(call, target);
      sys::Exit(0);
    }
    if (worker < 0) Answer(call, worker);
  }
  if (target.file >= 0) sys::Close(target.file);
  if (call.socket >= 0) sys::Close(call.socket);
}

long Broker::StartWorker() {
  int slot = 0;
  while (slot < kMaxWorkers && workers_[slot] != 0) ++slot;
  if (slot == kMaxWorkers) return -EAGAIN;
  const long pid = sys::Call(__NR_clone, kSigChild, 0, 0, 0, 0);
  if (pid > 0) workers_[slot] = pid;
  return pid;
}

void Broker::Reaped(long pid) {
  for (long& worker : workers_) {
    if (worker == pid) worker = 0;
  }
}

}  // namespace ringfence
