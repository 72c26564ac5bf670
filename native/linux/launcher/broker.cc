#include "linux/launcher/broker.h"

#include <linux/errno.h>
#include <linux/ioctl.h>
#include <linux/seccomp.h>

#include "linux/launcher/sys.h"

namespace ringfence {

void Broker::Handle(int listener) {
  seccomp_notif request = {};
  if (sys::Call(__NR_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, sys::Address(&request)) < 0) return;
  seccomp_notif_resp response = {};
  response.id = request.id;
  response.error = -EACCES;
  sys::Call(__NR_ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, sys::Address(&response));
}

}  // namespace ringfence
