// JS values -> native values, strict: a wrong type is a TypeError that names the field. lib/ has
// checked everything before; this guards the boundary itself.
#ifndef RINGFENCE_BINDING_CONVERT_H_
#define RINGFENCE_BINDING_CONVERT_H_

#include <napi.h>

#include <string>
#include <vector>

#include "linux/plan_blob.h"

namespace ringfence {

// A string without NUL.
std::string ToText(Napi::Value value, const char* field);
std::vector<std::string> ToTexts(Napi::Value value, const char* field);
// A boolean that may be left out.
bool ToOption(Napi::Value value, const char* field);
int ToInteger(Napi::Value value, const char* field);
// As the policy has it: `memoryBytes`.
const char* LimitName(wire::LimitKind kind);
// Columns or rows of a terminal.
uint16_t ToDimension(Napi::Value value, const char* field);

PlanSpec ToPlan(Napi::Object plan);
RequestSpec ToRequest(Napi::Object request);

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_CONVERT_H_
