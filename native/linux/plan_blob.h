// The native form of a plan, and its encoding for the launcher. Pure.
#ifndef RINGFENCE_LINUX_PLAN_BLOB_H_
#define RINGFENCE_LINUX_PLAN_BLOB_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/bpf.h"
#include "linux/wire.h"

namespace ringfence {

struct MountStep {
  wire::MountOp op = wire::MountOp::kReadonlyRoot;
  uint32_t flags = 0;
  std::string path;
  std::string target;
};

struct LandlockRuleSpec {
  std::string path;
  uint64_t access = 0;
  bool optional = false;
};

struct PlanSpec {
  wire::Mode mode = wire::Mode::kNamespaces;
  uint64_t clone_flags = 0;
  wire::IdMap id_map = wire::IdMap::kNone;
  uint32_t flags = 0;
  std::vector<MountStep> mounts;
  std::vector<LandlockRuleSpec> landlock_rules;
  uint64_t landlock_fs = 0;
  uint64_t landlock_net = 0;
  uint64_t landlock_scoped = 0;
  std::vector<BpfInstruction> filter;
  std::vector<BpfInstruction> outer_filter;
  std::string bubblewrap;
  std::vector<std::string> bubblewrap_args;
  std::vector<wire::Limit> limits;
};

std::vector<char> EncodePlan(const PlanSpec& plan);

struct RequestSpec {
  std::string file;
  std::string cwd;
  std::vector<std::string> argv;
  // NAME=value, each ended by NUL.
  std::string env;
  bool dry_run = false;
  // The init looks after protected paths by itself.
  bool poll = false;
  // No command: the sandbox is to take many.
  bool runner = false;
  // Of a runner: its commands share their namespaces.
  bool session = false;
  uint32_t umask = 022;
  // Of the command's terminal; 0: it has none.
  uint16_t columns = 0;
  uint16_t rows = 0;
};

std::vector<char> EncodeRequest(const RequestSpec& request);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_PLAN_BLOB_H_
