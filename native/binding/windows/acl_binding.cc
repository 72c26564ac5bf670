#include "binding/windows/acl_binding.h"

#include <string>
#include <vector>

#include "binding/convert.h"
#include "binding/question.h"
#include "binding/windows/addon_data.h"
#include "binding/windows/convert_plan.h"
#include "win/acl_report.h"
#include "win/sid_prune.h"

namespace ringfence {
namespace {

Napi::Object ToJs(Napi::Env env, const win::AclReport& report) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("step", static_cast<double>(report.step));
  object.Set("path", Napi::String::New(env, report.path));
  object.Set("sid", report.sid);
  object.Set("stamped", report.stamped);
  object.Set("effective", report.effective);
  object.Set("rights", static_cast<double>(report.rights));
  object.Set("reason", report.reason);
  object.Set("wouldWrite", report.would_write);
  object.Set("propagates", report.propagates);
  return object;
}

}  // namespace

Napi::Value ExamineAclsAsync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  // What would apply them is a launch.
  if (ToBoolean(info[1], "apply")) Refuse(env, "apply", "false");
  return Ask<std::vector<win::AclReport>>(
      env,
      [data = DataOf(env), stamp = ToCommandPlan(ToObject(info[0], "plan")).stamp](
          std::vector<win::AclReport>* reports) {
        return win::ExamineAcls(data->api, stamp, reports);
      },
      [](Napi::Env result_env, const std::vector<win::AclReport>& reports) -> Napi::Value {
        Napi::Array array = Napi::Array::New(result_env, reports.size());
        for (uint32_t i = 0; i < reports.size(); ++i) array.Set(i, ToJs(result_env, reports[i]));
        return array;
      });
}

Napi::Value PruneSidsAsync(const Napi::CallbackInfo& info) {
  return Ask<win::PruneResult>(
      info.Env(),
      [data = DataOf(info.Env()),
       state = ToUtf16(info[0], "stateDirectory")](win::PruneResult* result) {
        return win::PruneSids(data->api, state, win::kPruneDays, result);
      },
      [](Napi::Env env, const win::PruneResult& result) -> Napi::Value {
        return Napi::Number::New(env, static_cast<double>(result.removed));
      });
}

}  // namespace ringfence
