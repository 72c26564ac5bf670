#include "binding/convert.h"

#include <cmath>
#include <cstdint>

namespace ringfence {

void Refuse(Napi::Env env, const char* field, const char* expected) {
  throw Napi::TypeError::New(env, std::string(field).append(": expected ").append(expected));
}

bool ToBoolean(Napi::Value value, const char* field) {
  if (!value.IsBoolean()) Refuse(value.Env(), field, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

uint64_t ToBits(Napi::Value value, const char* field) {
  if (!value.IsNumber()) Refuse(value.Env(), field, "a number");
  const double number = value.As<Napi::Number>().DoubleValue();
  if (number < 0 || number > 9007199254740991.0 || number != std::floor(number)) {
    Refuse(value.Env(), field, "a whole number");
  }
  return static_cast<uint64_t>(number);
}

Napi::Object ToObject(Napi::Value value, const char* field) {
  if (!value.IsObject()) Refuse(value.Env(), field, "an object");
  return value.As<Napi::Object>();
}

Napi::Array ToArray(Napi::Value value, const char* field) {
  if (!value.IsArray()) Refuse(value.Env(), field, "an array");
  return value.As<Napi::Array>();
}

bool ToOption(Napi::Value value, const char* field) {
  return !value.IsUndefined() && ToBoolean(value, field);
}

std::string ToText(Napi::Value value, const char* field) {
  if (!value.IsString()) Refuse(value.Env(), field, "a string");
  std::string text = value.As<Napi::String>().Utf8Value();
  if (text.find('\0') != std::string::npos) Refuse(value.Env(), field, "a string without NUL");
  return text;
}

std::vector<std::string> ToTexts(Napi::Value value, const char* field) {
  const Napi::Array array = ToArray(value, field);
  std::vector<std::string> texts;
  texts.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); ++i) texts.push_back(ToText(array.Get(i), field));
  return texts;
}

std::string ToBlock(Napi::Value value, const char* field) {
  if (!value.IsString()) Refuse(value.Env(), field, "a string");
  std::string block = value.As<Napi::String>().Utf8Value();
  if (!block.empty() && block.back() != '\0') Refuse(value.Env(), field, "texts that end with NUL");
  return block;
}

int ToInteger(Napi::Value value, const char* field) {
  if (!value.IsNumber()) Refuse(value.Env(), field, "a number");
  return value.As<Napi::Number>().Int32Value();
}

uint16_t ToDimension(Napi::Value value, const char* field) {
  const int number = ToInteger(value, field);
  if (number < 1 || number > UINT16_MAX) Refuse(value.Env(), field, "1..65535");
  return static_cast<uint16_t>(number);
}

}  // namespace ringfence
