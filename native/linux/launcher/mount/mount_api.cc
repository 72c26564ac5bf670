#include "linux/launcher/mount/mount_api.h"

#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>

#include "linux/launcher/sys.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence::mount {

long OpenPlace(const char* path) {
  open_how how;
  how.flags = O_PATH | O_CLOEXEC;
  how.mode = 0;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return sys::Call(__NR_openat2, AT_FDCWD, sys::Address(path), sys::Address(&how), sizeof how);
}

long CloneAt(int place, Depth depth) {
  const unsigned recursive = depth == Depth::kTree ? AT_RECURSIVE : 0;
  return sys::Call(__NR_open_tree, place, sys::Address(""),
                   OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | recursive);
}

long SetAttributes(int fd, Depth depth, uint64_t set, uint64_t propagation) {
  mount_attr attributes;
  attributes.attr_set = set;
  attributes.attr_clr = 0;
  attributes.propagation = propagation;
  attributes.userns_fd = 0;
  const unsigned recursive = depth == Depth::kTree ? AT_RECURSIVE : 0;
  return sys::Call(__NR_mount_setattr, fd, sys::Address(""), AT_EMPTY_PATH | recursive,
                   sys::Address(&attributes), sizeof attributes);
}

long Attach(int mount, int place) {
  return sys::Call(__NR_move_mount, mount, sys::Address(""), place, sys::Address(""),
                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

long NewFileSystem(const char* type, const char* const* options, uint64_t attributes) {
  const long context = sys::Call(__NR_fsopen, sys::Address(type), FSOPEN_CLOEXEC);
  if (context < 0) return context;
  const int fd = static_cast<int>(context);
  long result = 0;
  for (; options != nullptr && *options != nullptr && result >= 0; options += 2) {
    const unsigned command = options[1] == nullptr ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
    result = sys::Call(__NR_fsconfig, fd, command, sys::Address(options[0]),
                       sys::Address(options[1]), 0);
  }
  if (result >= 0) result = sys::Call(__NR_fsconfig, fd, FSCONFIG_CMD_CREATE, 0, 0, 0);
  if (result >= 0) {
    result = sys::Call(__NR_fsmount, fd, FSMOUNT_CLOEXEC, static_cast<long>(attributes));
  }
  sys::Close(fd);
  return result;
}

Outcome AttachAt(int mount, const char* path, Stage stage) {
  const long place = OpenPlace(path);
  RINGFENCE_TRY(Check(Stage::kMountTarget, place, path));
  const long result = Attach(mount, static_cast<int>(place));
  sys::Close(static_cast<int>(place));
  return Check(stage, result, path);
}

}  // namespace ringfence::mount
