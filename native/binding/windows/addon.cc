// The addon of Windows as it is packaged; described in lib/native/binding-types.ts.
#include <napi.h>

#include "binding/windows/exports.h"
#include "win/api/windows_api.h"

static Napi::Object InitializeRingfence(Napi::Env env, Napi::Object exports) {
  return ringfence::ExportAll(env, exports, ringfence::win::WindowsApi());
}

NODE_API_MODULE(ringfence, InitializeRingfence)
