// A process that exists and has not run. Unless it is let run it is ended.
#ifndef RINGFENCE_WIN_SUSPENDED_PROCESS_H_
#define RINGFENCE_WIN_SUSPENDED_PROCESS_H_

#include <cstdint>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/unique_handle.h"

namespace ringfence::win {

class SuspendedProcess {
 public:
  // Takes the thread. Process and `job`, which the process should be in, outlive this.
  SuspendedProcess(const Win32Api& api, const StartedProcess& started, Handle job);
  SuspendedProcess(const SuspendedProcess&) = delete;
  SuspendedProcess& operator=(const SuspendedProcess&) = delete;
  // Terminates a process that was not let run, by the job too, and waits for its end: a while, for
  // it may be that Windows refuses both.
  ~SuspendedProcess();

  // A process whose first thread was not suspended exactly once has been meddled with, or has run
  // already: windows.process.resume-count.
  Status Run();

 private:
  const Win32Api& api_;
  Handle process_;
  UniqueHandle thread_;
  Handle job_;
  bool running_ = false;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_SUSPENDED_PROCESS_H_
