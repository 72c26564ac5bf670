// The mount system calls of Linux 5.2 and later, each with the stage it fails as.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_MOUNT_API_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_MOUNT_API_H_

#include <stdint.h>

#include "linux/launcher/launch.h"

namespace ringfence::mount {

inline constexpr uint64_t kReadonly = 0x1;        // MOUNT_ATTR_RDONLY
inline constexpr uint64_t kNoSuid = 0x2;          // MOUNT_ATTR_NOSUID
inline constexpr uint64_t kNoDev = 0x4;           // MOUNT_ATTR_NODEV
inline constexpr uint64_t kNoExec = 0x8;          // MOUNT_ATTR_NOEXEC
inline constexpr uint64_t kPrivate = 1ULL << 18;  // MS_PRIVATE

enum class Depth { kThis, kTree };

// Opens a path as a place (O_PATH). No component may be a symbolic link: paths of a plan are
// canonical, so a link means that somebody changed the way to the path since (openat2(2)).
long OpenPlace(const char* path);

// A copy of the mount at an open place, attached nowhere (open_tree(2), OPEN_TREE_CLONE).
long CloneAt(int place, Depth depth);

// Flags of the mount behind `fd`, or of everything below it (mount_setattr(2)).
long SetAttributes(int fd, Depth depth, uint64_t set, uint64_t propagation);

// Attaches a detached mount on an open place (move_mount(2)).
long Attach(int mount, int place);

// A new file system, attached nowhere. `options` are pairs of key and value; a null value is a
// flag; the list ends with a null key (fsopen(2), fsconfig(2), fsmount(2)).
long NewFileSystem(const char* type, const char* const* options, uint64_t attributes);

// Opens `path` and attaches `mount` there.
Outcome AttachAt(int mount, const char* path, Stage stage);

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_MOUNT_API_H_
