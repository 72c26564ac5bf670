// The slow questions, answered by promises from a worker thread of libuv's pool.
#ifndef RINGFENCE_BINDING_LINUX_ASYNC_BINDING_H_
#define RINGFENCE_BINDING_LINUX_ASYNC_BINDING_H_

#include <napi.h>

namespace ringfence {

Napi::Value ScanRepositoriesAsync(const Napi::CallbackInfo& info);
Napi::Value SweepStubsAsync(const Napi::CallbackInfo& info);
Napi::Value RunToolAsync(const Napi::CallbackInfo& info);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_LINUX_ASYNC_BINDING_H_
