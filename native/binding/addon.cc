#include <napi.h>

namespace {

Napi::Object Initialize(Napi::Env, Napi::Object exports) { return exports; }

}  // namespace

NODE_API_MODULE(ringfence, Initialize)
