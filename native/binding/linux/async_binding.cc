#include "binding/linux/async_binding.h"

#include "binding/convert.h"
#include "binding/question.h"
#include "binding/scan_binding.h"
#include "linux/repository_scan.h"
#include "linux/stub_journal.h"
#include "posix/run_tool.h"

namespace ringfence {
Napi::Value ScanRepositoriesAsync(const Napi::CallbackInfo& info) {
  return Ask<ScanResult>(
      info.Env(),
      [roots = ToTexts(info[0], "roots"), options = ToScanOptions(info[1])](ScanResult* result) {
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
