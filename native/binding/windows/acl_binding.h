// What the ACLs of a plan are, and tidying them up: promises.
#ifndef RINGFENCE_BINDING_WINDOWS_ACL_BINDING_H_
#define RINGFENCE_BINDING_WINDOWS_ACL_BINDING_H_

#include <napi.h>

namespace ringfence {

// examineAcls(plan, false)
Napi::Value ExamineAclsAsync(const Napi::CallbackInfo& info);

// pruneSids(stateDirectory)
Napi::Value PruneSidsAsync(const Napi::CallbackInfo& info);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_WINDOWS_ACL_BINDING_H_
