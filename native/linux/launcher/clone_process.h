// Processes of the launcher.
#ifndef RINGFENCE_LINUX_LAUNCHER_CLONE_PROCESS_H_
#define RINGFENCE_LINUX_LAUNCHER_CLONE_PROCESS_H_

#include <stdint.h>

namespace ringfence {

// As fork(2), in new namespaces as `flags` say (CLONE_NEW*). SIGCHLD tells of its end.
long CloneProcess(uint64_t flags);

// A process that runs `function` on this memory and with this table of descriptors, until it
// executes or ends; then the kernel clears `*tid` and wakes a futex(2) there (a word that has to be
// not 0 before). `stack` is the end of its stack, aligned to 16 bytes. The function must not
// return.
long CloneSharing(void (*function)(void*), void* argument, char* stack, int* tid);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_CLONE_PROCESS_H_
