#include "binding/scan_binding.h"

#include "binding/convert.h"

namespace ringfence {

ScanOptions ToScanOptions(Napi::Value options) {
  ScanOptions converted;
  converted.max_directories = static_cast<size_t>(
      ToInteger(ToObject(options, "options").Get("maxDirectories"), "maxDirectories"));
  return converted;
}

Napi::Value ScanToJs(Napi::Env env, ScanResult result) {
  Napi::Object object = Napi::Object::New(env);
  Napi::Array entries = Napi::Array::New(env);
  for (uint32_t i = 0; i < result.git_entries.size(); ++i) entries.Set(i, result.git_entries[i]);
  Napi::Array unreadable = Napi::Array::New(env);
  for (uint32_t i = 0; i < result.unreadable.size(); ++i) {
    Napi::Object directory = Napi::Object::New(env);
    const Status& failure = result.unreadable[i].failure;
    directory.Set("path", result.unreadable[i].path);
    directory.Set("errno", failure.error());
    if (failure.kind() != ErrorKind::kErrno) {
      directory.Set("osCode", static_cast<double>(failure.os_code()));
    }
    unreadable.Set(i, directory);
  }
  object.Set("gitEntries", entries);
  object.Set("directories", static_cast<double>(result.directories));
  object.Set("complete", result.complete);
  object.Set("unreadable", unreadable);
  object.Set("unrepresentable", static_cast<double>(result.unrepresentable));
  return object;
}

}  // namespace ringfence
