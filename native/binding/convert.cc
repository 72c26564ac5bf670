#include "binding/convert.h"

#include <sched.h>

#include <cmath>

#include "core/seccomp_filter.h"

namespace ringfence {
namespace {

[[noreturn]] void Refuse(Napi::Env env, const char* field, const char* expected) {
  throw Napi::TypeError::New(env, std::string(field).append(": expected ").append(expected));
}

// The value of a word in a table; a word that is not there is a TypeError.
template <typename T, size_t kCount>
T Lookup(Napi::Value value, const char* field, const std::pair<const char*, T> (&table)[kCount]) {
  const std::string text = ToText(value, field);
  for (const auto& [word, result] : table) {
    if (text == word) return result;
  }
  Refuse(value.Env(), field, "a known word");
}

constexpr std::pair<const char*, wire::Mode> kModes[] = {{"namespaces", wire::Mode::kNamespaces},
                                                         {"bubblewrap", wire::Mode::kBubblewrap},
                                                         {"landlock", wire::Mode::kLandlock}};

constexpr std::pair<const char*, wire::IdMap> kIdMaps[] = {
    {"none", wire::IdMap::kNone}, {"single", wire::IdMap::kSingle}, {"full", wire::IdMap::kFull}};

constexpr std::pair<const char*, uint64_t> kNamespaces[] = {
    {"user", CLONE_NEWUSER},    {"mount", CLONE_NEWNS}, {"pid", CLONE_NEWPID},
    {"ipc", CLONE_NEWIPC},      {"net", CLONE_NEWNET},  {"uts", CLONE_NEWUTS},
    {"cgroup", CLONE_NEWCGROUP}};

constexpr std::pair<const char*, wire::MountOp> kMountOps[] = {
    {"readonly-root", wire::MountOp::kReadonlyRoot},
    {"writable-root", wire::MountOp::kWritableRoot},
    {"empty-root", wire::MountOp::kEmptyRoot},
    {"bind", wire::MountOp::kBind},
    {"pin", wire::MountOp::kPin},
    {"stub", wire::MountOp::kStub},
    {"mask", wire::MountOp::kMask},
    {"symlink", wire::MountOp::kSymlink},
    {"proc", wire::MountOp::kProc},
    {"dev", wire::MountOp::kDev},
    {"sys-net", wire::MountOp::kSysNet}};

constexpr std::pair<const char*, SeccompOptions::Sockets> kSockets[] = {
    {"none", SeccompOptions::Sockets::kNone},
    {"loopback", SeccompOptions::Sockets::kLoopback},
    {"inet", SeccompOptions::Sockets::kInet}};

constexpr std::pair<const char*, SeccompOptions::UnixSockets> kUnixSockets[] = {
    {"own", SeccompOptions::UnixSockets::kOwn}, {"pairs", SeccompOptions::UnixSockets::kPairs}};

constexpr std::pair<const char*, uint32_t> kTypes[] = {{"directory", wire::kMountDirectory},
                                                       {"file", 0}};
constexpr std::pair<const char*, uint32_t> kAccess[] = {{"read", wire::kMountReadonly},
                                                        {"write", 0}};
constexpr std::pair<const char*, uint32_t> kProcSources[] = {{"new", 0},
                                                             {"host", wire::kMountHostProc}};

constexpr std::pair<const char*, wire::LimitKind> kLimitKinds[] = {
    {"memoryBytes", wire::LimitKind::kMemory},
    {"processes", wire::LimitKind::kProcesses},
    {"cpuSeconds", wire::LimitKind::kCpu},
    {"openFiles", wire::LimitKind::kOpenFiles},
    {"fileSizeBytes", wire::LimitKind::kFileSize}};
constexpr std::pair<const char*, wire::LimitMechanism> kLimitMechanisms[] = {
    {"rlimit", wire::LimitMechanism::kRlimit},
    {"pid-max", wire::LimitMechanism::kPidMax},
    {"watchdog", wire::LimitMechanism::kWatchdog}};

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

MountStep ToMount(Napi::Object step) {
  MountStep mount;
  mount.op = Lookup(step.Get("op"), "mounts[].op", kMountOps);
  const Napi::Value path = step.Get("path");
  if (!path.IsUndefined()) mount.path = ToText(path, "mounts[].path");
  switch (mount.op) {
    case wire::MountOp::kBind:
      mount.flags = Lookup(step.Get("type"), "mounts[].type", kTypes) |
                    Lookup(step.Get("access"), "mounts[].access", kAccess);
      break;
    case wire::MountOp::kMask:
      mount.flags = Lookup(step.Get("type"), "mounts[].type", kTypes);
      if (ToBoolean(step.Get("search"), "mounts[].search")) mount.flags |= wire::kMountSearch;
      break;
    case wire::MountOp::kSymlink:
      mount.target = ToText(step.Get("target"), "mounts[].target");
      break;
    case wire::MountOp::kProc:
      mount.flags = Lookup(step.Get("source"), "mounts[].source", kProcSources);
      if (ToBoolean(step.Get("readonlyControls"), "mounts[].readonlyControls")) {
        mount.flags |= wire::kMountProcControls;
      }
      break;
    case wire::MountOp::kPin:
    case wire::MountOp::kStub:
    case wire::MountOp::kReadonlyRoot:
    case wire::MountOp::kWritableRoot:
    case wire::MountOp::kEmptyRoot:
    case wire::MountOp::kDev:
    case wire::MountOp::kSysNet:
      break;
  }
  if (ToOption(step.Get("optional"), "mounts[].optional")) mount.flags |= wire::kMountOptional;
  const bool needs_path = mount.op == wire::MountOp::kBind || mount.op == wire::MountOp::kPin ||
                          mount.op == wire::MountOp::kStub || mount.op == wire::MountOp::kMask ||
                          mount.op == wire::MountOp::kSymlink;
  if (needs_path && (mount.path.empty() || mount.path[0] != '/')) {
    Refuse(step.Env(), "mounts[].path", "an absolute path");
  }
  return mount;
}

void ReadLandlock(Napi::Value value, PlanSpec* plan) {
  if (value.IsNull()) return;
  const Napi::Object landlock = ToObject(value, "landlock");
  plan->flags |= wire::kPlanLandlock;
  plan->landlock_fs = ToBits(landlock.Get("handledFs"), "landlock.handledFs");
  plan->landlock_net = ToBits(landlock.Get("handledNet"), "landlock.handledNet");
  plan->landlock_scoped = ToBits(landlock.Get("scoped"), "landlock.scoped");
  const Napi::Array rules = ToArray(landlock.Get("rules"), "landlock.rules");
  for (uint32_t i = 0; i < rules.Length(); ++i) {
    const Napi::Object rule = ToObject(rules.Get(i), "landlock.rules[]");
    plan->landlock_rules.push_back({ToText(rule.Get("path"), "landlock.rules[].path"),
                                    ToBits(rule.Get("access"), "landlock.rules[].access"),
                                    ToOption(rule.Get("optional"), "landlock.rules[].optional")});
  }
}

void ReadLimits(Napi::Value value, PlanSpec* plan) {
  const Napi::Array limits = ToArray(value, "limits");
  for (uint32_t i = 0; i < limits.Length(); ++i) {
    const Napi::Object limit = ToObject(limits.Get(i), "limits[]");
    plan->limits.push_back({Lookup(limit.Get("kind"), "limits[].kind", kLimitKinds),
                            Lookup(limit.Get("mechanism"), "limits[].mechanism", kLimitMechanisms),
                            ToBits(limit.Get("value"), "limits[].value")});
  }
}

void ReadSeccomp(Napi::Value value, PlanSpec* plan) {
  const Napi::Object seccomp = ToObject(value, "seccomp");
  SeccompOptions options;
#if defined(__aarch64__)
  options.arch = SeccompOptions::Arch::kArm64;
#endif
  options.nested = ToBoolean(seccomp.Get("nested"), "seccomp.nested");
  options.sockets = Lookup(seccomp.Get("sockets"), "seccomp.sockets", kSockets);
  options.unix_sockets = Lookup(seccomp.Get("unixSockets"), "seccomp.unixSockets", kUnixSockets);
  plan->filter = BuildSeccompFilter(options);
  if (options.unix_sockets == SeccompOptions::UnixSockets::kOwn) plan->flags |= wire::kPlanBroker;
  if (plan->mode == wire::Mode::kBubblewrap) {
    options.audience = SeccompOptions::Audience::kInit;
    plan->outer_filter = BuildSeccompFilter(options);
  }
}

}  // namespace

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

const char* LimitName(wire::LimitKind kind) {
  for (const auto& [name, known] : kLimitKinds) {
    if (known == kind) return name;
  }
  return "";
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

PlanSpec ToPlan(Napi::Object object) {
  PlanSpec plan;
  plan.mode = Lookup(object.Get("mode"), "mode", kModes);
  const Napi::Array namespaces = ToArray(object.Get("namespaces"), "namespaces");
  for (uint32_t i = 0; i < namespaces.Length(); ++i) {
    plan.clone_flags |= Lookup(namespaces.Get(i), "namespaces[]", kNamespaces);
  }
  if ((plan.clone_flags & CLONE_NEWNET) != 0) plan.flags |= wire::kPlanOwnNetwork;
  if (plan.mode == wire::Mode::kNamespaces) {
    plan.id_map = Lookup(object.Get("idMap"), "idMap", kIdMaps);
  } else {
    plan.clone_flags = 0;  // bwrap(1) makes its own
  }
  if (ToBoolean(object.Get("loopback"), "loopback")) plan.flags |= wire::kPlanLoopback;
  const Napi::Array mounts = ToArray(object.Get("mounts"), "mounts");
  for (uint32_t i = 0; i < mounts.Length(); ++i) {
    plan.mounts.push_back(ToMount(ToObject(mounts.Get(i), "mounts[]")));
  }
  if (plan.mode == wire::Mode::kBubblewrap) {
    const Napi::Object bubblewrap = ToObject(object.Get("bubblewrap"), "bubblewrap");
    plan.bubblewrap = ToText(bubblewrap.Get("executable"), "bubblewrap.executable");
    plan.bubblewrap_args = ToTexts(bubblewrap.Get("args"), "bubblewrap.args");
  }
  ReadLandlock(object.Get("landlock"), &plan);
  ReadSeccomp(object.Get("seccomp"), &plan);
  ReadLimits(object.Get("limits"), &plan);
  return plan;
}

namespace {

std::string ToBlock(Napi::Value value, const char* field) {
  if (!value.IsString()) Refuse(value.Env(), field, "a string");
  std::string block = value.As<Napi::String>().Utf8Value();
  if (!block.empty() && block.back() != '\0') Refuse(value.Env(), field, "texts that end with NUL");
  return block;
}

}  // namespace

RequestSpec ToRequest(Napi::Object object) {
  RequestSpec request;
  request.file = ToText(object.Get("file"), "file");
  request.cwd = ToText(object.Get("cwd"), "cwd");
  request.argv = ToTexts(object.Get("argv"), "argv");
  request.env = ToBlock(object.Get("env"), "env");
  if (object.Has("terminal")) {
    const auto size = object.Get("terminal").As<Napi::Object>();
    request.columns = ToDimension(size.Get("columns"), "columns");
    request.rows = ToDimension(size.Get("rows"), "rows");
  }
  request.dry_run = ToOption(object.Get("dryRun"), "dryRun");
  return request;
}

}  // namespace ringfence
