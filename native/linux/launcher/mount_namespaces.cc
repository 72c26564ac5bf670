#include "linux/launcher/mount_namespaces.h"

#include <linux/fcntl.h>
#include <linux/sched.h>

#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

int OpenOwn() {
  return static_cast<int>(sys::OpenAt(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
}

}  // namespace

void MountNamespaces::Open() { home_ = OpenOwn(); }

int MountNamespaces::Copy() {
  if (home_ < 0 || sys::Call(__NR_unshare, CLONE_NEWNS) < 0) return -1;
  const int copy = OpenOwn();
  // The runner's view is what every slot is made from: without it there is no going on.
  if (sys::Call(__NR_setns, home_, CLONE_NEWNS) < 0) sys::Exit(1);
  return copy;
}

MountNamespaces::Lease MountNamespaces::Take() {
  if (spare_count_ > 0) return {spare_[--spare_count_], true};
  return {Copy(), false};
}

void MountNamespaces::Started(const Lease& lease, long pid) {
  if (lease.fd < 0) return;
  for (Tenant& tenant : tenants_) {
    if (tenant.pid != 0) continue;
    tenant = {pid, lease.fd, generation_};
    return;
  }
  sys::Close(lease.fd);  // it ends with its slot
}

void MountNamespaces::Ended(long pid, int wait_status) {
  for (Tenant& tenant : tenants_) {
    if (tenant.pid != pid) continue;
    const bool reusable = wait_status == 0 && tenant.generation == generation_;
    if (reusable && spare_count_ < kMaxSpare) {
      spare_[spare_count_++] = tenant.fd;
    } else {
      sys::Close(tenant.fd);
    }
    tenant.pid = 0;
    return;
  }
}

void MountNamespaces::Forget() {
  ++generation_;
  while (spare_count_ > 0) sys::Close(spare_[--spare_count_]);
}

}  // namespace ringfence
