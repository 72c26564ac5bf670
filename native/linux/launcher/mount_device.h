// The kernel's own number of the file system that an open file lies on.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_DEVICE_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_DEVICE_H_

namespace ringfence {

// From /proc/self/mountinfo, where statx(2) shows another one (btrfs: one for each subvolume).
// 12 bits major, 20 bits minor; a negative errno on failure.
long MountDeviceOf(int file);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_DEVICE_H_
