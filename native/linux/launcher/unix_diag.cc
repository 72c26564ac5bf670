#include "linux/launcher/unix_diag.h"

#include <linux/fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>

#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

constexpr int kNetlinkFamily = 16;  // AF_NETLINK
constexpr int kRawType = 3;         // SOCK_RAW
constexpr int kUnixFamily = 1;      // AF_UNIX

struct Request {
  nlmsghdr header;
  unix_diag_req body;
};

// The attributes of one socket. Keeps a certain answer.
Found Match(const nlmsghdr* message, const UnixSocketFile& wanted) {
  const auto* bytes = reinterpret_cast<const char*>(message);
  size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(unix_diag_msg));
  while (at + sizeof(nlattr) <= message->nlmsg_len) {
    const auto* attribute = reinterpret_cast<const nlattr*>(bytes + at);
    if (attribute->nla_len < sizeof(nlattr)) return Found::kUnknown;
    if (attribute->nla_type == UNIX_DIAG_VFS &&
        attribute->nla_len >= sizeof(nlattr) + sizeof(unix_diag_vfs)) {
      const auto* vfs = reinterpret_cast<const unix_diag_vfs*>(bytes + at + NLA_HDRLEN);
      if (vfs->udiag_vfs_ino == wanted.inode) {
        return vfs->udiag_vfs_dev == wanted.device ? Found::kYes : Found::kUnknown;
      }
    }
    at += NLA_ALIGN(attribute->nla_len);
  }
  return Found::kNo;
}

Found ReadList(int socket, const UnixSocketFile& wanted) {
  Found best = Found::kNo;
  alignas(nlmsghdr) char buffer[16384];
  for (;;) {
    const long size = sys::Read(socket, buffer, sizeof buffer);
    if (size <= 0) return Found::kUnknown;
    for (size_t at = 0; at + sizeof(nlmsghdr) <= static_cast<size_t>(size);) {
      const auto* message = reinterpret_cast<const nlmsghdr*>(buffer + at);
      if (message->nlmsg_type == NLMSG_DONE) return best;
      if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_len < sizeof(nlmsghdr)) {
        return Found::kUnknown;
      }
      const Found found = Match(message, wanted);
      if (found == Found::kYes) return found;
      if (found == Found::kUnknown) best = found;
      at += NLMSG_ALIGN(message->nlmsg_len);
    }
  }
}

}  // namespace

Found FindInNamespace(const UnixSocketFile& wanted) {
  const long opened =
      sys::Call(__NR_socket, kNetlinkFamily, kRawType | O_CLOEXEC, NETLINK_SOCK_DIAG);
  if (opened < 0) return Found::kUnknown;
  const int socket = static_cast<int>(opened);
  Request request = {};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = kUnixFamily;
  request.body.udiag_states = ~0U;
  request.body.udiag_show = UDIAG_SHOW_VFS;
  Found found = Found::kUnknown;
  if (sys::Write(socket, &request, sizeof request) == static_cast<long>(sizeof request)) {
    found = ReadList(socket, wanted);
  }
  sys::Close(socket);
  return found;
}

}  // namespace ringfence
