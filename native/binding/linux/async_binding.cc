#include "binding/linux/async_binding.h"

#include "binding/convert.h"
#include "binding/question.h"
#include "linux/repository_scan.h"
#include "linux/stub_journal.h"
#include "posix/run_tool.h"

namespace ringfence {
namespace {

Napi::Value ScanToJs(Napi::Env env, ScanResult result) {
  Napi::Object object = Napi::Object::New(env);
  Napi::Array entries = Napi::Array::New(env);
  for (uint32_t i = 0; i < result.git_entries.size(); ++i) entries.Set(i, result.git_entries[i]);
  Napi::Array unreadable = Napi::Array::New(env);
  for (uint32_t i = 0; i < result.unreadable.size(); ++i) {
    Napi::Object directory = Napi::Object::New(env);
    directory.Set("path", result.unreadable[i].path);
    directory.Set("errno", result.unreadable[i].error);
    unreadable.Set(i, directory);
  }
  object.Set("gitEntries", entries);
  object.Set("directories", static_cast<double>(result.directories));
  object.Set("complete", result.complete);
  object.Set("unreadable", unreadable);
  object.Set("unrepresentable", static_cast<double>(result.unrepresentable));
  return object;
}

}  // namespace

Napi::Value ScanRepositoriesAsync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[1].IsObject()) throw Napi::TypeError::New(env, "options: expected an object");
  ScanOptions options;
  options.max_directories = static_cast<size_t>(
      ToInteger(info[1].As<Napi::Object>().Get("maxDirectories"), "maxDirectories"));
  return Ask<ScanResult>(
      env,
      [roots = ToTexts(info[0], "roots"), options](ScanResult* result) {
        return ScanRepositories(roots, options, result);
      },
      ScanToJs);
}

Napi::Value SweepStubsAsync(const Napi::CallbackInfo& info) {
  return Ask<size_t>(
      info.Env(),
      [state = ToText(info[0], "stateDirectory")](size_t* removed) {
        return SweepStubs(state, removed);
      },
      [](Napi::Env env, size_t removed) -> Napi::Value {
        return Napi::Number::New(env, static_cast<double>(removed));
      });
}

Napi::Value RunToolAsync(const Napi::CallbackInfo& info) {
  return Ask<ToolResult>(
      info.Env(),
      [file = ToText(info[0], "file"), args = ToTexts(info[1], "args"),
       timeout = ToInteger(info[2], "timeoutMs")](ToolResult* result) {
        return RunTool(file, args, timeout, result);
      },
      [](Napi::Env env, const ToolResult& result) -> Napi::Value {
        Napi::Object object = Napi::Object::New(env);
        object.Set("code", result.code);
        object.Set("signal", result.signal);
        object.Set("stdout", result.standard_output);
        return object;
      });
}

}  // namespace ringfence
