#include "linux/launcher/unix_diag.h"

#include <linux/fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>

#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

constexpr int kNetlinkFamily = 16;         // AF_NETLINK
constexpr int kRawType = 3;                // SOCK_RAW
constexpr int kUnixFamily = 1;             // AF_UNIX
constexpr uint32_t kListening = 1U << 10;  // TCP_LISTEN

struct Request {
  nlmsghdr header;
  unix_diag_req body;
};

Listener MatchFile(const unix_diag_vfs& file, const UnixName& name) {
  if (name.abstract != nullptr || file.udiag_vfs_ino != name.inode) return Listener::kNone;
  return file.udiag_vfs_dev == name.device ? Listener::kFound : Listener::kOtherDevice;
}

// The attribute holds sun_path without a terminator; an abstract name starts with NUL.
bool MatchAbstract(const char* path, size_t size, const UnixName& name) {
  return name.abstract != nullptr && size == name.abstract_size + 1 && path[0] == '\0' &&
         __builtin_memcmp(path + 1, name.abstract, name.abstract_size) == 0;
}

Listener Match(const nlmsghdr* message, const UnixName& name) {
  const auto* bytes = reinterpret_cast<const char*>(message);
  size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(unix_diag_msg));
  while (at + sizeof(nlattr) <= message->nlmsg_len) {
    const auto* attribute = reinterpret_cast<const nlattr*>(bytes + at);
    if (attribute->nla_len < sizeof(nlattr)) break;
    const char* value = bytes + at + NLA_HDRLEN;
    const size_t size = attribute->nla_len - static_cast<size_t>(NLA_HDRLEN);
    if (attribute->nla_type == UNIX_DIAG_VFS && size >= sizeof(unix_diag_vfs)) {
      const Listener found = MatchFile(*reinterpret_cast<const unix_diag_vfs*>(value), name);
      if (found != Listener::kNone) return found;
    }
    if (attribute->nla_type == UNIX_DIAG_NAME && MatchAbstract(value, size, name)) {
      return Listener::kFound;
    }
    at += NLA_ALIGN(attribute->nla_len);
  }
  return Listener::kNone;
}

// Reads to the end of the list, so that nothing of it is left for the next question.
Listener ReadList(int diag, const UnixName& name, uint32_t* socket_inode) {
  Listener best = Listener::kNone;
  alignas(nlmsghdr) char buffer[16384];
  for (;;) {
    const long size = sys::Read(diag, buffer, sizeof buffer);
    if (size <= 0) return Listener::kUnknown;
    for (size_t at = 0; at + sizeof(nlmsghdr) <= static_cast<size_t>(size);) {
      const auto* message = reinterpret_cast<const nlmsghdr*>(buffer + at);
      if (message->nlmsg_type == NLMSG_DONE) return best;
      if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_len < sizeof(nlmsghdr)) {
        return Listener::kUnknown;
      }
      const Listener found = Match(message, name);
      if (found == Listener::kFound || (found != Listener::kNone && best == Listener::kNone)) {
        best = found;
        *socket_inode =
            reinterpret_cast<const unix_diag_msg*>(buffer + at + NLMSG_HDRLEN)->udiag_ino;
      }
      at += NLMSG_ALIGN(message->nlmsg_len);
    }
  }
}

}  // namespace

long OpenUnixDiag() {
  return sys::Call(__NR_socket, kNetlinkFamily, kRawType | O_CLOEXEC, NETLINK_SOCK_DIAG);
}

Listener FindListener(int diag, const UnixName& name, uint32_t* socket_inode) {
  Request request = {};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = kUnixFamily;
  request.body.udiag_states = kListening;
  request.body.udiag_show = name.abstract == nullptr ? UDIAG_SHOW_VFS : UDIAG_SHOW_NAME;
  if (sys::Write(diag, &request, sizeof request) != static_cast<long>(sizeof request)) {
    return Listener::kUnknown;
  }
  return ReadList(diag, name, socket_inode);
}

}  // namespace ringfence
