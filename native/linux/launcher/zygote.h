// Starts supervisors for the addon, so that its process neither forks nor executes anything: one
// small process for each environment of it, outside of all sandboxes.
#ifndef RINGFENCE_LINUX_LAUNCHER_ZYGOTE_H_
#define RINGFENCE_LINUX_LAUNCHER_ZYGOTE_H_

namespace ringfence {

// Takes launches (wire::Start) from `socket` until the addon is gone. What it has started goes on
// without it. `image` is this program.
[[noreturn]] void RunZygote(int socket, int image);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_ZYGOTE_H_
