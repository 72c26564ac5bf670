#include "binding/windows/convert_plan.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "binding/convert.h"

namespace ringfence {
namespace {

constexpr std::pair<const char*, win::AclOperation> kOperations[] = {
    {"grant", win::AclOperation::kGrant},
    {"deny", win::AclOperation::kDeny},
    {"pin", win::AclOperation::kPin}};

constexpr std::pair<const char*, win::StampTarget> kTargets[] = {
    {"directory", win::StampTarget::kDirectory},
    {"file", win::StampTarget::kFile},
    {"missing", win::StampTarget::kMissing}};

constexpr std::pair<const char*, win::JobLimit> kLimits[] = {
    {"memoryBytes", win::JobLimit::kMemory},
    {"processes", win::JobLimit::kProcesses},
    {"cpuSeconds", win::JobLimit::kCpu}};

constexpr std::pair<const char*, bool> kModes[] = {{"restricted-token", true}};
constexpr std::pair<const char*, bool> kMechanisms[] = {{"job", true}};

constexpr uint64_t kTicksPerSecond = 10'000'000;

size_t ToRootIndex(Napi::Value value, size_t roots) {
  const uint64_t index = ToBits(value, "steps[].root");
  if (index >= roots) Refuse(value.Env(), "steps[].root", "the index of a root");
  return static_cast<size_t>(index);
}

win::StampStep ToStep(Napi::Object object, size_t roots) {
  win::StampStep step;
  step.operation = Lookup(object.Get("op"), "steps[].op", kOperations);
  step.path = ToUtf16(object.Get("path"), "steps[].path");
  if (step.operation == win::AclOperation::kGrant) {
    step.roots.push_back(ToRootIndex(object.Get("root"), roots));
  } else {
    const Napi::Array indexes = ToArray(object.Get("roots"), "steps[].roots");
    for (uint32_t i = 0; i < indexes.Length(); ++i) {
      step.roots.push_back(ToRootIndex(indexes.Get(i), roots));
    }
    step.optional = ToOption(object.Get("optional"), "steps[].optional");
  }
  if (step.operation == win::AclOperation::kDeny) {
    step.target = Lookup(object.Get("type"), "steps[].type", kTargets);
  }
  return step;
}

void ReadLimits(Napi::Value value, win::JobLimits* limits) {
  const Napi::Array array = ToArray(value, "limits");
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::Object limit = ToObject(array.Get(i), "limits[]");
    (void)Lookup(limit.Get("mechanism"), "limits[].mechanism", kMechanisms);
    const uint64_t number = ToBits(limit.Get("value"), "limits[].value");
    if (number == 0) Refuse(value.Env(), "limits[].value", "more than 0");
    switch (Lookup(limit.Get("kind"), "limits[].kind", kLimits)) {
      case win::JobLimit::kMemory:
        limits->memory_bytes = number;
        break;
      case win::JobLimit::kProcesses:
        if (number > UINT32_MAX) Refuse(value.Env(), "limits[].value", "32 bits");
        limits->processes = static_cast<uint32_t>(number);
        break;
      case win::JobLimit::kCpu:
        if (number > UINT64_MAX / kTicksPerSecond) {
          Refuse(value.Env(), "limits[].value", "fewer seconds");
        }
        limits->cpu_100ns = number * kTicksPerSecond;
        break;
    }
  }
}

std::vector<win::EnvironmentVariable> ToEnvironment(Napi::Value value) {
  if (!value.IsString()) Refuse(value.Env(), "env", "a string");
  const std::u16string block = value.As<Napi::String>().Utf16Value();
  if (!block.empty() && block.back() != u'\0')
    Refuse(value.Env(), "env", "texts that end with NUL");
  std::vector<win::EnvironmentVariable> variables;
  for (size_t begin = 0; begin < block.size();) {
    const size_t end = block.find(u'\0', begin);
    const std::u16string text = block.substr(begin, end - begin);
    // The first unit may be an equals sign of the name.
    const size_t sign = text.find(u'=', 1);
    if (sign == std::u16string::npos) Refuse(value.Env(), "env", "NAME=value");
    variables.push_back({text.substr(0, sign), text.substr(sign + 1)});
    begin = end + 1;
  }
  return variables;
}

}  // namespace

std::u16string ToUtf16(Napi::Value value, const char* field) {
  if (!value.IsString()) Refuse(value.Env(), field, "a string");
  std::u16string text = value.As<Napi::String>().Utf16Value();
  if (text.find(u'\0') != std::u16string::npos) Refuse(value.Env(), field, "a string without NUL");
  return text;
}

const char* LimitName(win::JobLimit limit) {
  for (const auto& [name, known] : kLimits) {
    if (known == limit) return name;
  }
  return "";
}

win::CommandPlan ToCommandPlan(Napi::Object object) {
  (void)Lookup(object.Get("mode"), "mode", kModes);
  win::CommandPlan plan;
  plan.stamp.state_directory = ToUtf16(object.Get("stateDirectory"), "stateDirectory");
  const Napi::Array roots = ToArray(object.Get("roots"), "roots");
  for (uint32_t i = 0; i < roots.Length(); ++i) {
    const Napi::Object root = ToObject(roots.Get(i), "roots[]");
    plan.stamp.roots.push_back({ToUtf16(root.Get("path"), "roots[].path"),
                                ToText(root.Get("variant"), "roots[].variant")});
  }
  const Napi::Array steps = ToArray(object.Get("steps"), "steps");
  for (uint32_t i = 0; i < steps.Length(); ++i) {
    plan.stamp.steps.push_back(ToStep(ToObject(steps.Get(i), "steps[]"), plan.stamp.roots.size()));
  }
  plan.launch.everyone = ToBoolean(object.Get("everyone"), "everyone");
  plan.launch.private_desktop = ToBoolean(object.Get("privateDesktop"), "privateDesktop");
  ReadLimits(object.Get("limits"), &plan.launch.limits);
  return plan;
}

win::CommandSpec ToCommandSpec(Napi::Object object) {
  win::CommandSpec spec;
  spec.program = ToUtf16(object.Get("file"), "file");
  spec.cwd = ToUtf16(object.Get("cwd"), "cwd");
  const Napi::Array argv = ToArray(object.Get("argv"), "argv");
  for (uint32_t i = 0; i < argv.Length(); ++i) spec.argv.push_back(ToUtf16(argv.Get(i), "argv"));
  spec.environment = ToEnvironment(object.Get("env"));
  if (object.Has("terminal")) {
    const Napi::Object size = ToObject(object.Get("terminal"), "terminal");
    spec.terminal = {ToDimension(size.Get("columns"), "columns"),
                     ToDimension(size.Get("rows"), "rows")};
  }
  if (ToOption(object.Get("dryRun"), "dryRun")) Refuse(object.Env(), "dryRun", "nothing");
  return spec;
}

}  // namespace ringfence
