// What the addon exports on Windows; described in lib/native/binding-types.ts.
#include <napi.h>

#include "win/api/windows_version.h"

namespace ringfence {
namespace {

Napi::Value WindowsFacts(const Napi::CallbackInfo& info) {
  Napi::Object facts = Napi::Object::New(info.Env());
  facts.Set("build", win::WindowsBuild());
  return facts;
}

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("windowsFacts", Napi::Function::New(env, WindowsFacts));
  return exports;
}

NODE_API_MODULE(ringfence, Initialize)

}  // namespace
}  // namespace ringfence
