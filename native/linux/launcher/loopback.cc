#include "linux/launcher/loopback.h"

#include <linux/fcntl.h>
#include <linux/socket.h>
#include <linux/sockios.h>

#include "linux/launcher/sys.h"

namespace ringfence {

Outcome RaiseLoopback() {
  constexpr int kInet = 2;
  constexpr int kDatagram = 2;
  constexpr short kUp = 1;  // IFF_UP
  const long opened = sys::Call(__NR_socket, kInet, kDatagram | O_CLOEXEC, 0);
  RINGFENCE_TRY(Check(Stage::kNamespaceLoopback, opened, "lo"));
  // struct ifreq, netdevice(7): the name, then the flags.
  struct {
    char name[16];
    short flags;
    char rest[22];
  } request = {"lo", kUp, {}};
  const long result = sys::Call(__NR_ioctl, opened, SIOCSIFFLAGS, sys::Address(&request));
  sys::Close(static_cast<int>(opened));
  return Check(Stage::kNamespaceLoopback, result, "lo");
}

}  // namespace ringfence
