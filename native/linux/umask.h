// The umask of this process, which the commands inherit as children do.
#ifndef RINGFENCE_LINUX_UMASK_H_
#define RINGFENCE_LINUX_UMASK_H_

#include <cstdint>

namespace ringfence {

// Without changing it for a moment, as umask(2) would, under the other threads: from
// /proc/self/status (proc(5), Linux 4.7). 077 where that cannot be read.
uint32_t ReadUmask();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_UMASK_H_
