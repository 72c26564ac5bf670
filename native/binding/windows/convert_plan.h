// Plans and requests of Windows from JS.
#ifndef RINGFENCE_BINDING_WINDOWS_CONVERT_PLAN_H_
#define RINGFENCE_BINDING_WINDOWS_CONVERT_PLAN_H_

#include <napi.h>

#include <string>

#include "win/command_event.h"
#include "win/launched.h"

namespace ringfence {

// A string without NUL, unit for unit.
std::u16string ToUtf16(Napi::Value value, const char* field);

// As the policy has it: `memoryBytes`.
const char* LimitName(win::JobLimit limit);

win::CommandPlan ToCommandPlan(Napi::Object plan);

// Without stdio, whose handles are to be duplicated.
win::CommandSpec ToCommandSpec(Napi::Object request);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_WINDOWS_CONVERT_PLAN_H_
