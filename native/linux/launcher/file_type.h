// File type bits of a mode, inode(7). The kernel's header hides them from programs with a C
// library of their own.
#ifndef RINGFENCE_LINUX_LAUNCHER_FILE_TYPE_H_
#define RINGFENCE_LINUX_LAUNCHER_FILE_TYPE_H_

namespace ringfence {

inline constexpr unsigned kTypeMask = 0170000;
inline constexpr unsigned kRegularFile = 0100000;
inline constexpr unsigned kDirectory = 0040000;

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_FILE_TYPE_H_
