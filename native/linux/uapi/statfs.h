// struct statfs as fstatfs(2) of 64-bit kernels fills it: <asm/statfs.h> names a type of the C
// library in it.
#ifndef RINGFENCE_LINUX_UAPI_STATFS_H_
#define RINGFENCE_LINUX_UAPI_STATFS_H_

#include <stdint.h>

namespace ringfence::uapi {

struct Statfs {
  int64_t type;
  int64_t block_size;
  uint64_t blocks;
  uint64_t free_blocks;
  uint64_t available_blocks;
  uint64_t files;
  uint64_t free_files;
  int32_t id[2];
  int64_t name_length;
  int64_t fragment_size;
  int64_t flags;
  int64_t spare[4];
};

}  // namespace ringfence::uapi

#endif  // RINGFENCE_LINUX_UAPI_STATFS_H_
