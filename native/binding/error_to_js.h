// Status -> JS error with numbers as properties: {stage, syscall, errno, osCode, osCodeKind, path}.
// The only place.
#ifndef RINGFENCE_BINDING_ERROR_TO_JS_H_
#define RINGFENCE_BINDING_ERROR_TO_JS_H_

#include <napi.h>

#include "core/status.h"

namespace ringfence {

Napi::Error ToError(Napi::Env env, const Status& status);

// Sets the properties of a failure on any object.
void SetFailure(Napi::Object object, uint32_t stage, int error, const std::string& path);
void SetFailure(Napi::Object object, const Status& status);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_ERROR_TO_JS_H_
