// What a call of Windows said when it failed: the number and the space it is from.
#ifndef RINGFENCE_WIN_API_OS_ERROR_H_
#define RINGFENCE_WIN_API_OS_ERROR_H_

#include <cstdint>
#include <string>
#include <utility>

#include "core/status.h"

namespace ringfence::win {

// Success is {kWin32, 0}: a call that failed without a number is kUnreported.
struct [[nodiscard]] OsError {
  ErrorKind kind = ErrorKind::kWin32;
  uint32_t code = 0;

  constexpr bool ok() const { return kind != ErrorKind::kUnreported && code == 0; }
  constexpr bool is(uint32_t win32_code) const {
    return kind == ErrorKind::kWin32 && code == win32_code;
  }
  bool operator==(const OsError&) const = default;
};

constexpr OsError kNoOsError = {};

// Of a call that has failed: `code` is what GetLastError gave.
constexpr OsError Win32Error(uint32_t code) {
  return code == 0 ? OsError{ErrorKind::kUnreported, 0} : OsError{ErrorKind::kWin32, code};
}

// The failure of a stage. `path` is UTF-8.
inline Status Failed(Stage stage, OsError error, std::string path = {}) {
  return {stage, error.kind, error.code, std::move(path)};
}

// Numbers that the core looks at; "System Error Codes" on learn.microsoft.com.
constexpr uint32_t kErrorFileNotFound = 2;
constexpr uint32_t kErrorPathNotFound = 3;
constexpr uint32_t kErrorAccessDenied = 5;
constexpr uint32_t kErrorInvalidHandle = 6;
constexpr uint32_t kErrorInvalidData = 13;
constexpr uint32_t kErrorSharingViolation = 32;
constexpr uint32_t kErrorLockViolation = 33;
constexpr uint32_t kErrorHandleEof = 38;
constexpr uint32_t kErrorNotSupported = 50;
constexpr uint32_t kErrorFileExists = 80;
constexpr uint32_t kErrorInvalidParameter = 87;
constexpr uint32_t kErrorBrokenPipe = 109;
constexpr uint32_t kErrorInsufficientBuffer = 122;
constexpr uint32_t kErrorDirNotEmpty = 145;
constexpr uint32_t kErrorAlreadyExists = 183;
constexpr uint32_t kErrorBadExeFormat = 193;
constexpr uint32_t kErrorFilenameTooLong = 206;
constexpr uint32_t kErrorPipeNotConnected = 233;
constexpr uint32_t kErrorDirectory = 267;
constexpr uint32_t kErrorNoSuchLogonSession = 1312;
constexpr uint32_t kErrorLogonFailure = 1326;
constexpr uint32_t kErrorInvalidSid = 1337;

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_OS_ERROR_H_
