// Success, or a failure with its numbers: stage, error and the path it was about.
#ifndef RINGFENCE_CORE_STATUS_H_
#define RINGFENCE_CORE_STATUS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "core/stage.h"

namespace ringfence {

// The space that the number of a failure is from.
enum class ErrorKind : uint8_t {
  kErrno,
  kWin32,       // GetLastError, or a function that returns such a number
  kHresult,     // the functions of pseudoconsoles
  kUnreported,  // a call of Windows failed, and GetLastError was 0
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Stage stage, int error, std::string path = {})
      : stage_(stage), error_(error), path_(std::move(path)) {}
  Status(Stage stage, ErrorKind kind, uint32_t code, std::string path = {})
      : stage_(stage), kind_(kind), error_(static_cast<int>(code)), path_(std::move(path)) {}

  static Status Ok() { return {}; }

  bool ok() const { return stage_ == Stage::kNone; }
  Stage stage() const { return stage_; }
  ErrorKind kind() const { return kind_; }
  // Positive errno; 0 when the failure is not of a system call, or of another kind.
  int error() const { return kind_ == ErrorKind::kErrno ? error_ : 0; }
  // Of any kind but kErrno.
  uint32_t os_code() const {
    return kind_ == ErrorKind::kErrno ? 0 : static_cast<uint32_t>(error_);
  }
  const std::string& path() const { return path_; }

 private:
  Stage stage_ = Stage::kNone;
  ErrorKind kind_ = ErrorKind::kErrno;
  int error_ = 0;
  std::string path_;
};

#define RINGFENCE_RETURN_IF_ERROR(expression)                                      \
  do {                                                                             \
    if (::ringfence::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

}  // namespace ringfence

#endif  // RINGFENCE_CORE_STATUS_H_
