// What the addon exports; described in lib/native/binding-types.ts.
#include <fcntl.h>
#include <napi.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <set>

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "binding/linux/addon_data.h"
#include "binding/linux/async_binding.h"
#include "binding/linux/lease_binding.h"
#include "binding/linux/plan_binding.h"
#include "binding/linux/process_binding.h"
#include "binding/linux/terminal_binding.h"
#include "binding/output_binding.h"
#include "linux/kernel_facts.h"

namespace ringfence {
namespace {

void LoadHelper(const Napi::CallbackInfo& info) {
  HelperImage image;
  const Status status = LoadHelperImage(ToText(info[0], "helperPath"), &image);
  if (!status.ok()) throw ToError(info.Env(), status);
  const std::shared_ptr<AddonData> data = DataOf(info.Env());
  data->helper = std::move(image);
  if (data->launches) data->launches->SetImage(ImageForThread(info.Env(), *data));
}

Napi::Value KernelFactsToJs(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const KernelFacts facts = AskKernel();
  Napi::Object object = Napi::Object::New(env);
  object.Set("landlockAbi", facts.landlock_abi);
  object.Set("landlockErrno", facts.landlock_errno);
  object.Set("uid", facts.uid);
  object.Set("gid", facts.gid);
  object.Set("mapsFullRange", facts.maps_full_range);
  object.Set("limitsPidNamespaces", facts.limits_pid_namespaces);
  object.Set("helperSource", DataOf(env)->helper.in_memory ? "memfd" : "file");
  return object;
}

Napi::Value MakePipe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) < 0) throw ToError(env, {Stage::kLaunchPipe, errno});
  Napi::Array pair = Napi::Array::New(env, 2);
  pair.Set(0U, fds[0]);
  pair.Set(1U, fds[1]);
  return pair;
}

void CloseFd(const Napi::CallbackInfo& info) {
  const int fd = ToInteger(info[0], "fd");
  DataOf(info.Env())->held_fds.erase(fd);
  close(fd);
}

void HoldFd(const Napi::CallbackInfo& info) {
  DataOf(info.Env())->held_fds.insert(ToInteger(info[0], "fd"));
}

void LetGoOfFd(const Napi::CallbackInfo& info) {
  DataOf(info.Env())->held_fds.erase(ToInteger(info[0], "fd"));
}

// First everything that runs is ended and waited for, then the stubs that protected it go.
void EndAll(AddonData* data) {
  data->launches.reset();
  if (data->outputs) data->outputs->Stop();
  for (StubLease* lease : data->leases) {
    // A stub that cannot be removed now is healed by the next run.
    if (!lease->Release().ok()) continue;
  }
  data->leases.clear();
  for (const int fd : data->held_fds) close(fd);
  data->held_fds.clear();
}

// process.exit() and an uncaught exception run no cleanup hooks on the main thread, but they end in
// exit(3), which destroys this.
class LiveInstances {
 public:
  LiveInstances() = default;
  LiveInstances(const LiveInstances&) = delete;
  LiveInstances& operator=(const LiveInstances&) = delete;
  ~LiveInstances() {
    for (AddonData* data : instances_) EndAll(data);
  }

  void Add(AddonData* data) {
    const std::lock_guard lock(mutex_);
    instances_.insert(data);
  }

  void Remove(AddonData* data) {
    const std::lock_guard lock(mutex_);
    instances_.erase(data);
  }

 private:
  std::mutex mutex_;
  std::set<AddonData*> instances_;
};

LiveInstances& Live() {
  static LiveInstances instances;
  return instances;
}

// The environment ends: a worker thread's, or the main thread's with nothing left to do.
void EndEnvironment(AddonData* data) {
  Live().Remove(data);
  EndAll(data);
  data->outputs.reset();
}

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  const auto data = std::make_shared<AddonData>();
  auto* holder = new InstanceDataHolder{data};
  env.SetInstanceData(holder);
  env.AddCleanupHook(EndEnvironment, data.get());
  Live().Add(data.get());
  ProcessBinding::Define(env);
  LeaseBinding::Define(env);
  OutputBinding::Define(env);
  exports.Set("loadHelper", Napi::Function::New(env, LoadHelper));
  exports.Set("kernelFacts", Napi::Function::New(env, KernelFactsToJs));
  exports.Set("prepare", Napi::Function::New(env, Prepare));
  exports.Set("spawn", Napi::Function::New(env, ProcessBinding::Spawn));
  exports.Set("closePlan", Napi::Function::New(env, ProcessBinding::ClosePlan));
  exports.Set("pipe", Napi::Function::New(env, MakePipe));
  exports.Set("closeFd", Napi::Function::New(env, CloseFd));
  exports.Set("holdFd", Napi::Function::New(env, HoldFd));
  exports.Set("letGoOfFd", Napi::Function::New(env, LetGoOfFd));
  exports.Set("gate", Napi::Function::New(env, MakeGate));
  exports.Set("outputBudget", Napi::Function::New(env, MakeOutputBudget));
  exports.Set("readOutput", Napi::Function::New(env, OutputBinding::Read));
  exports.Set("captureOutput", Napi::Function::New(env, OutputBinding::Capture));
  exports.Set("makeRaw", Napi::Function::New(env, MakeRawMode));
  exports.Set("restoreMode", Napi::Function::New(env, RestoreMode));
  exports.Set("acquireStubs", Napi::Function::New(env, LeaseBinding::Acquire));
  exports.Set("sweepStubs", Napi::Function::New(env, SweepStubsAsync));
  exports.Set("scanRepositories", Napi::Function::New(env, ScanRepositoriesAsync));
  exports.Set("runTool", Napi::Function::New(env, RunToolAsync));
  return exports;
}

}  // namespace
}  // namespace ringfence

static Napi::Object InitializeRingfence(Napi::Env env, Napi::Object exports) {
  return ringfence::Initialize(env, exports);
}

NODE_API_MODULE(ringfence, InitializeRingfence)
