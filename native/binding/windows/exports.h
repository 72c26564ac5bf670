// Everything that the addon of Windows exports, with the Windows that it is to call.
#ifndef RINGFENCE_BINDING_WINDOWS_EXPORTS_H_
#define RINGFENCE_BINDING_WINDOWS_EXPORTS_H_

#include <napi.h>

#include "win/api/win32_api.h"

namespace ringfence {

// `api` outlives the environment.
Napi::Object ExportAll(Napi::Env env, Napi::Object exports, const win::Win32Api& api);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_WINDOWS_EXPORTS_H_
