#include "binding/error_to_js.h"

namespace ringfence {
namespace {

// As lib/native/binding-types.ts names them; null for errno, which has a property of its own.
const char* NameOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kErrno:
      return nullptr;
    case ErrorKind::kWin32:
      return "win32";
    case ErrorKind::kHresult:
      return "hresult";
    case ErrorKind::kUnreported:
      return "unreported";
  }
  return nullptr;
}

}  // namespace

void SetFailure(Napi::Object object, uint32_t stage, int error, const std::string& path) {
  object.Set("stage", StageName(stage));
  object.Set("syscall", StageSyscall(stage));
  object.Set("errno", error);
  if (!path.empty()) object.Set("path", path);
}

void SetFailure(Napi::Object object, const Status& status) {
  SetFailure(object, static_cast<uint32_t>(status.stage()), status.error(), status.path());
  const char* const kind = NameOf(status.kind());
  if (kind == nullptr) return;
  object.Set("osCode", static_cast<double>(status.os_code()));
  object.Set("osCodeKind", kind);
}

Napi::Error ToError(Napi::Env env, const Status& status) {
  Napi::Error error = Napi::Error::New(env, StageName(static_cast<uint32_t>(status.stage())));
  SetFailure(error.Value(), status);
  return error;
}

}  // namespace ringfence
