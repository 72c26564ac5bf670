// Questions about the machine, without a command.
#ifndef RINGFENCE_BINDING_WINDOWS_FACTS_BINDING_H_
#define RINGFENCE_BINDING_WINDOWS_FACTS_BINDING_H_

#include <napi.h>

namespace ringfence {

// windowsFacts()
Napi::Value WindowsFacts(const Napi::CallbackInfo& info);

// checkToken() and scanRepositories(roots, options): promises.
Napi::Value CheckToken(const Napi::CallbackInfo& info);
Napi::Value ScanRepositoriesAsync(const Napi::CallbackInfo& info);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_WINDOWS_FACTS_BINDING_H_
