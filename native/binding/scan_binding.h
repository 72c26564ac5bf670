// The arguments and the result of scanRepositories(roots, options).
#ifndef RINGFENCE_BINDING_SCAN_BINDING_H_
#define RINGFENCE_BINDING_SCAN_BINDING_H_

#include <napi.h>

#include "core/scan_result.h"

namespace ringfence {

ScanOptions ToScanOptions(Napi::Value options);
Napi::Value ScanToJs(Napi::Env env, ScanResult result);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_SCAN_BINDING_H_
