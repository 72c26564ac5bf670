// What every step of a launch works on: the mapped plan and request, and where to report.
#ifndef RINGFENCE_LINUX_LAUNCHER_LAUNCH_H_
#define RINGFENCE_LINUX_LAUNCHER_LAUNCH_H_

#include <stddef.h>
#include <stdint.h>

#include "core/stage.h"
#include "linux/wire.h"

namespace ringfence {

// Success, or the stage, the positive errno and the path of the first failure. A step that gets a
// failure returns it at once; there is no step that goes on after one.
struct [[nodiscard]] Outcome {
  Stage stage = Stage::kNone;
  int error = 0;
  const char* path = nullptr;
  bool ok() const { return stage == Stage::kNone; }
};

// `result` is what a system call returned.
inline Outcome Check(Stage stage, long result, const char* path = nullptr) {
  if (result >= 0) return {};
  return {stage, static_cast<int>(-result), path};
}

#define RINGFENCE_TRY(expression)                                                      \
  do {                                                                                 \
    if (::ringfence::Outcome outcome_ = (expression); !outcome_.ok()) return outcome_; \
  } while (false)

struct Launch {
  const wire::Plan* plan = nullptr;
  const wire::Request* request = nullptr;
  // Descriptors 0 .. stdio-1 are the command's.
  int stdio = 3;

  // Of a slot of a runner; -1: the fixed one.
  int control_fd = -1;

  int control() const { return control_fd >= 0 ? control_fd : stdio + wire::kControlFd; }
  int plan_fd() const { return stdio + wire::kPlanFd; }
  int request_fd() const { return stdio + wire::kRequestFd; }
  int image() const { return stdio + wire::kImageFd; }
  int host_diag() const { return stdio + wire::kHostDiagFd; }
  int identities() const { return stdio + wire::kIdentitiesFd; }
  int first_free() const { return stdio + wire::kFixedFdCount; }

  const char* PlanText(wire::Text text) const {
    return text == 0 ? nullptr : reinterpret_cast<const char*>(plan) + text;
  }
  const char* RequestText(wire::Text text) const {
    return text == 0 ? nullptr : reinterpret_cast<const char*>(request) + text;
  }
  template <typename T>
  const T* PlanArray(wire::Span span) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const char*>(plan) + span.offset);
  }
  template <typename T>
  const T* RequestArray(wire::Span span) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const char*>(request) + span.offset);
  }
  bool dry_run() const { return (request->flags & wire::kRequestDryRun) != 0; }
  bool terminal() const { return request->columns != 0 && !dry_run(); }
  bool runner() const { return (request->flags & wire::kRequestRunner) != 0; }
};

// Closes everything from first_free() on, and makes the fixed descriptors close-on-exec.
Outcome CloseOthers(const Launch& launch);

// Maps plan and request from their descriptors.
Outcome MapLaunch(Launch* launch);

// Maps a request from a memory file.
Outcome MapRequest(int fd, Launch* launch);

// Takes a request from memory, aligned for wire::Request.
Outcome TakeRequest(const void* request, size_t size, Launch* launch);

// To the addon. A control socket that is gone is no error: whoever would read it is gone as well.
void ReportFailure(const Launch& launch, const Outcome& outcome);
void ReportSpawned(const Launch& launch);

// Not told, the command must not run: its request would be sent again. `terminal`: our side of the
// command's, -1: it has none.
Outcome ReportExecuting(const Launch& launch, int terminal);

// The calling process stands for the launch from now on.
Outcome ReportReady(const Launch& launch);

void ReportGone(const Launch& launch);
void ReportExit(const Launch& launch, int wait_status, const void* rusage, uint64_t wall_us);

// `used` in the unit of the limit, of CPU time in microseconds.
void ReportLimit(const Launch& launch, const wire::Limit& limit, uint64_t used);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_LAUNCH_H_
