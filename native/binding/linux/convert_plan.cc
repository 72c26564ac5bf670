#include "binding/linux/convert_plan.h"

#include <sched.h>

#include "binding/convert.h"
#include "core/seccomp_filter.h"

namespace ringfence {
namespace {

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

const char* LimitName(wire::LimitKind kind) {
  for (const auto& [name, known] : kLimitKinds) {
    if (known == kind) return name;
  }
  return "";
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
