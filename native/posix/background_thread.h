// Threads beside those of the host program.
#ifndef RINGFENCE_POSIX_BACKGROUND_THREAD_H_
#define RINGFENCE_POSIX_BACKGROUND_THREAD_H_

#include <functional>
#include <thread>

#include "core/status.h"

namespace ringfence {

// Starts a thread that gets no signals: those of the host program are for its own threads. A
// failure is of `stage`.
Status StartBackgroundThread(Stage stage, std::function<void()> run, std::thread* thread);

}  // namespace ringfence

#endif  // RINGFENCE_POSIX_BACKGROUND_THREAD_H_
