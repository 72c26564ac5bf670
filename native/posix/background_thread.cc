#include "posix/background_thread.h"

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <utility>

namespace ringfence {

Status StartBackgroundThread(Stage stage, std::function<void()> run, std::thread* thread) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // A thread starts with the mask of the one that makes it.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Status status;
  try {
    *thread = std::thread(std::move(run));
  } catch (const std::system_error& error) {
    status = {stage, error.code().value()};
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return status;
}

}  // namespace ringfence
