// Reads which names a directory has.
#ifndef RINGFENCE_POSIX_DIRECTORY_NAMES_H_
#define RINGFENCE_POSIX_DIRECTORY_NAMES_H_

#include <string>
#include <vector>

#include "posix/unique_fd.h"

namespace ringfence {

// Appends all names in `directory`, which must be open for reading, but . and .. to `names`.
// Returns 0 or errno.
int ReadDirectoryNames(unique_fd directory, std::vector<std::string>* names);

}  // namespace ringfence

#endif  // RINGFENCE_POSIX_DIRECTORY_NAMES_H_
