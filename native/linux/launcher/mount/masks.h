// What stands in for hidden and missing paths: objects of one tmpfs, bound where needed. One file
// system for all, /dev included, since making and ending one costs more than all the binds.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_MASKS_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_MASKS_H_

#include "linux/launcher/launch.h"

namespace ringfence::mount {

class Masks {
 public:
  // Makes the tmpfs, once, and attaches it on /proc, where the real /proc will cover it: only an
  // attached mount can be cloned before Linux 6.15. It holds at most `most_bytes`, 0: as the kernel
  // has it.
  Outcome Create(uint64_t most_bytes);

  // The tmpfs in another mount namespace, a copy of the one that it was made in, where nothing
  // covers it on /proc.
  Outcome Reopen();

  // The root of the tmpfs, for objects of others. Borrowed.
  int root() const { return root_; }

  // Hides whatever is at `path`: it cannot be opened, nor can anything below (mode 000, and no
  // capability is left to override it).
  Outcome Hide(const char* path) const;

  // Hides a directory of which something is shown again. Mount points are made in it by
  // MakePath(); Finish() makes it read-only.
  Outcome HideButSearchable(const char* path);

  // An empty read-only directory: for stubs, and for parts of /sys.
  Outcome Empty(const char* path) const;

  // True if the place is on this file system.
  bool Owns(uint64_t device) const { return device == device_; }

  Outcome Finish();

 private:
  Outcome Bind(const char* name, int place, const char* path) const;

  static constexpr int kMaxSearchable = 256;
  int root_ = -1;
  uint64_t device_ = 0;
  int searchable_[kMaxSearchable];
  int searchable_count_ = 0;
};

// Device number of an open place, as one comparable value.
long DeviceOf(int place, uint64_t* device);

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_MASKS_H_
