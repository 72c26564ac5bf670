// Success, or a failure with its numbers: stage, errno and the path it was about.
#ifndef RINGFENCE_CORE_STATUS_H_
#define RINGFENCE_CORE_STATUS_H_

#include <string>
#include <utility>

#include "core/stage.h"

namespace ringfence {

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Stage stage, int error, std::string path = {})
      : stage_(stage), error_(error), path_(std::move(path)) {}

  static Status Ok() { return {}; }

  bool ok() const { return stage_ == Stage::kNone; }
  Stage stage() const { return stage_; }
  // Positive errno; 0 when the failure is not of a system call.
  int error() const { return error_; }
  const std::string& path() const { return path_; }

 private:
  Stage stage_ = Stage::kNone;
  int error_ = 0;
  std::string path_;
};

#define RINGFENCE_RETURN_IF_ERROR(expression)                                      \
  do {                                                                             \
    if (::ringfence::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

}  // namespace ringfence

#endif  // RINGFENCE_CORE_STATUS_H_
