#include "binding/windows/exports.h"

#include <memory>
#include <string>
#include <utility>

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "binding/output_binding.h"
#include "binding/windows/acl_binding.h"
#include "binding/windows/addon_data.h"
#include "binding/windows/facts_binding.h"
#include "binding/windows/input_binding.h"
#include "binding/windows/plan_binding.h"
#include "binding/windows/process_binding.h"
#include "win/api/windows_descriptor.h"
#include "win/named_pipe.h"

namespace ringfence {
namespace {

// JS knows a handle by its number.
double NumberOf(win::Handle handle) { return static_cast<double>(static_cast<uint32_t>(handle)); }

double Keep(AddonData* data, win::UniqueHandle handle) {
  const double number = NumberOf(handle.get());
  data->handles[static_cast<int64_t>(number)] = std::move(handle);
  return number;
}

// pipe(ours): 'read' or 'write'.
Napi::Value MakePipe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  constexpr std::pair<const char*, win::PipeDirection> kDirections[] = {
      {"read", win::PipeDirection::kFromCommand}, {"write", win::PipeDirection::kToCommand}};
  const win::PipeDirection direction = Lookup(info[0], "ours", kDirections);
  const std::shared_ptr<AddonData> data = DataOf(env);
  win::Pipe pipe;
  const Status status = win::MakePipe(data->api, direction, &pipe);
  if (!status.ok()) throw ToError(env, status);
  const bool reads = direction == win::PipeDirection::kFromCommand;
  Napi::Array pair = Napi::Array::New(env, 2);
  pair.Set(0U, Keep(data.get(), std::move(reads ? pipe.ours : pipe.theirs)));
  pair.Set(1U, Keep(data.get(), std::move(reads ? pipe.theirs : pipe.ours)));
  return pair;
}

void CloseHandle(const Napi::CallbackInfo& info) { (void)DataOf(info.Env())->TakeHandle(info[0]); }

// holdFd(handle) and letGoOfFd(handle): all of them are held, until they are closed or opened.
void Nothing(const Napi::CallbackInfo&) {}

Napi::Value HandleOf(const Napi::CallbackInfo& info) {
  win::Handle handle = win::Handle::kNone;
  const win::OsError error = win::HandleOfDescriptor(ToInteger(info[0], "fd"), &handle);
  if (!error.ok()) throw ToError(info.Env(), win::Failed(Stage::kWinStdio, error));
  return Napi::Number::New(info.Env(), NumberOf(handle));
}

// The environment ends: a worker thread's, or the main thread's with nothing left to do. When the
// process ends in another way Windows closes its handles, and with them its jobs.
void EndEnvironment(AddonData* data) {
  if (data->launches) data->launches->End();
  // Consoles are closed when nobody has their output open.
  if (data->outputs) data->outputs->Stop();
  data->launches.reset();
  data->handles.clear();
  data->outputs.reset();
}

}  // namespace

Napi::Object ExportAll(Napi::Env env, Napi::Object exports, const win::Win32Api& api) {
  const auto data = std::make_shared<AddonData>(api);
  env.SetInstanceData(new InstanceDataHolder{data});
  env.AddCleanupHook(EndEnvironment, data.get());
  ProcessBinding::Define(env);
  OutputBinding::Define(env);
  InputBinding::Define(env);
  exports.Set("windowsFacts", Napi::Function::New(env, WindowsFacts));
  exports.Set("checkToken", Napi::Function::New(env, CheckToken));
  exports.Set("examineAcls", Napi::Function::New(env, ExamineAclsAsync));
  exports.Set("pruneSids", Napi::Function::New(env, PruneSidsAsync));
  exports.Set("scanRepositories", Napi::Function::New(env, ScanRepositoriesAsync));
  exports.Set("prepare", Napi::Function::New(env, Prepare));
  exports.Set("spawn", Napi::Function::New(env, ProcessBinding::Spawn));
  exports.Set("closePlan", Napi::Function::New(env, ProcessBinding::ClosePlan));
  exports.Set("pipe", Napi::Function::New(env, MakePipe));
  exports.Set("closeFd", Napi::Function::New(env, CloseHandle));
  exports.Set("holdFd", Napi::Function::New(env, Nothing));
  exports.Set("letGoOfFd", Napi::Function::New(env, Nothing));
  exports.Set("handleOf", Napi::Function::New(env, HandleOf));
  exports.Set("openInput", Napi::Function::New(env, InputBinding::Open));
  exports.Set("outputBudget", Napi::Function::New(env, MakeOutputBudget));
  exports.Set("readOutput", Napi::Function::New(env, OutputBinding::Read));
  exports.Set("captureOutput", Napi::Function::New(env, OutputBinding::Capture));
  return exports;
}

}  // namespace ringfence
