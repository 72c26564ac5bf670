// The ACLs that a plan of TypeScript asks for.
#ifndef RINGFENCE_WIN_STAMP_REQUEST_H_
#define RINGFENCE_WIN_STAMP_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "win/acl_plan.h"

namespace ringfence::win {

// All paths are canonical: what GetFinalPathNameByHandleW gives, without \\?\ (node's
// fs.realpath.native). They are compared as they are, with regard to case.
struct StampRoot {
  std::u16string path;
  // UTF-8. Tells apart policies that protect other paths in the same root: each has a capability
  // SID of its own, which never meets denials of another.
  std::string variant;
};

enum class StampTarget : uint8_t { kDirectory, kFile, kMissing };

struct StampStep {
  AclOperation operation = AclOperation::kGrant;
  // Of a missing target: its directory exists, it does not.
  std::u16string path;
  // Indexes of StampRequest::roots; a grant has one.
  std::vector<size_t> roots;
  StampTarget target = StampTarget::kDirectory;
  // Left out when the path, or the directory of a missing one, is gone by now.
  bool optional = false;
};

struct StampRequest {
  // Made when missing, but not the directories above.
  std::u16string state_directory;
  // None: a read-only launch.
  std::vector<StampRoot> roots;
  std::vector<StampStep> steps;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_STAMP_REQUEST_H_
