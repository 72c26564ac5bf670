// JS values -> native values, strict: a wrong type is a TypeError that names the field. lib/ has
// checked everything before; this guards the boundary itself.
#ifndef RINGFENCE_BINDING_CONVERT_H_
#define RINGFENCE_BINDING_CONVERT_H_

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ringfence {

[[noreturn]] void Refuse(Napi::Env env, const char* field, const char* expected);

// A string without NUL.
std::string ToText(Napi::Value value, const char* field);
std::vector<std::string> ToTexts(Napi::Value value, const char* field);
// Texts that end with NUL, one after the other.
std::string ToBlock(Napi::Value value, const char* field);
bool ToBoolean(Napi::Value value, const char* field);
// A boolean that may be left out.
bool ToOption(Napi::Value value, const char* field);
int ToInteger(Napi::Value value, const char* field);
// A whole number that a double holds exactly.
uint64_t ToBits(Napi::Value value, const char* field);
// Columns or rows of a terminal.
uint16_t ToDimension(Napi::Value value, const char* field);
Napi::Object ToObject(Napi::Value value, const char* field);
Napi::Array ToArray(Napi::Value value, const char* field);

// The value of a word in a table; a word that is not there is a TypeError.
template <typename T, size_t kCount>
T Lookup(Napi::Value value, const char* field, const std::pair<const char*, T> (&table)[kCount]) {
  const std::string text = ToText(value, field);
  for (const auto& [word, result] : table) {
    if (text == word) return result;
  }
  Refuse(value.Env(), field, "a known word");
}

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_CONVERT_H_
