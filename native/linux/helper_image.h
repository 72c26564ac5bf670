// The launcher's executable, held by a descriptor: nothing on disk can go stale under a running
// process, whatever an update or a cleaner does to the package.
#ifndef RINGFENCE_LINUX_HELPER_IMAGE_H_
#define RINGFENCE_LINUX_HELPER_IMAGE_H_

#include <string>

#include "core/status.h"
#include "posix/unique_fd.h"

namespace ringfence {

struct HelperImage {
  unique_fd fd;
  // False: `fd` is the file itself, since memory files cannot be executed here.
  bool in_memory = false;
};

Status LoadHelperImage(const std::string& path, HelperImage* image);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_HELPER_IMAGE_H_
