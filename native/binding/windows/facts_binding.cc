#include "binding/windows/facts_binding.h"

#include <array>
#include <utility>
#include <vector>

#include "binding/convert.h"
#include "binding/error_to_js.h"
#include "binding/question.h"
#include "binding/scan_binding.h"
#include "binding/windows/addon_data.h"
#include "binding/windows/convert_plan.h"
#include "win/api/windows_directory.h"
#include "win/api/windows_volumes.h"
#include "win/desktop.h"
#include "win/repository_scan.h"
#include "win/restricted_token.h"
#include "win/token_query.h"

namespace ringfence {
namespace {

void ThrowIfFailed(Napi::Env env, const Status& status) {
  if (!status.ok()) throw ToError(env, status);
}

Status IsElevated(const win::Win32Api& api, bool* elevated) {
  win::Handle handle = win::Handle::kNone;
  const win::OsError error = api.token.OpenOwn(win::kTokenQuery, &handle);
  if (!error.ok()) return win::Failed(Stage::kWinTokenOpen, error);
  const win::UniqueHandle token(api.handle, handle);
  return win::QueryFlag(api, token.get(), win::TokenClass::kElevation, Stage::kWinTokenQuery,
                        elevated);
}

// What a launch would make, with a SID that nobody else has: whether Windows restricts at all.
Status TryToken(const win::Win32Api& api) {
  std::array<uint8_t, win::kCapabilityEntropy> random = {};
  const win::OsError error = api.token.Random(random);
  if (!error.ok()) return win::Failed(Stage::kWinRandom, error);
  win::RestrictedToken token;
  return win::MakeRestrictedToken(api, {win::MakeCapabilitySid(random)}, false, &token);
}

}  // namespace

Napi::Value WindowsFacts(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const win::Win32Api& api = DataOf(env)->api;
  uint32_t build = 0;
  const win::OsError error = api.process.BuildNumber(&build);
  if (!error.ok()) throw ToError(env, win::Failed(Stage::kWinVersion, error));
  std::vector<win::Volume> volumes;
  const win::OsError listed = win::ListVolumes(&volumes);
  if (!listed.ok()) throw ToError(env, win::Failed(Stage::kWinVolumes, listed));
  bool interactive = false;
  ThrowIfFailed(env, win::IsStationInteractive(api, &interactive));
  bool elevated = false;
  ThrowIfFailed(env, IsElevated(api, &elevated));
  Napi::Object facts = Napi::Object::New(env);
  Napi::Array without = Napi::Array::New(env);
  for (const win::Volume& volume : volumes) {
    const bool acls = (volume.flags & win::kVolumePersistentAcls) != 0;
    if (!acls) without.Set(without.Length(), Napi::String::New(env, volume.root));
  }
  facts.Set("build", static_cast<double>(build));
  facts.Set("volumesWithoutAcls", without);
  facts.Set("interactive", interactive);
  facts.Set("elevated", elevated);
  return facts;
}

Napi::Value CheckToken(const Napi::CallbackInfo& info) {
  return Ask<int>(
      info.Env(), [data = DataOf(info.Env())](int*) { return TryToken(data->api); },
      [](Napi::Env env, int) -> Napi::Value { return env.Undefined(); });
}

Napi::Value ScanRepositoriesAsync(const Napi::CallbackInfo& info) {
  const Napi::Array array = ToArray(info[0], "roots");
  std::vector<std::u16string> roots;
  for (uint32_t i = 0; i < array.Length(); ++i) roots.push_back(ToUtf16(array.Get(i), "roots"));
  return Ask<ScanResult>(
      info.Env(),
      [roots = std::move(roots), options = ToScanOptions(info[1])](ScanResult* result) {
        win::ScanRepositories(win::ListDirectory, roots, options, result);
        return Status::Ok();
      },
      ScanToJs);
}

}  // namespace ringfence
