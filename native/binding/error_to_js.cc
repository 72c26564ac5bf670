#include "binding/error_to_js.h"

namespace ringfence {

void SetFailure(Napi::Object object, uint32_t stage, int error, const std::string& path) {
  object.Set("stage", StageName(stage));
  object.Set("syscall", StageSyscall(stage));
  object.Set("errno", error);
  if (!path.empty()) object.Set("path", path);
}

Napi::Error ToError(Napi::Env env, const Status& status) {
  const auto stage = static_cast<uint32_t>(status.stage());
  Napi::Error error = Napi::Error::New(env, StageName(stage));
  SetFailure(error.Value(), stage, status.error(), status.path());
  return error;
}

}  // namespace ringfence
