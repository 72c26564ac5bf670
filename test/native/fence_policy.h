// A policy about a tree, and what it says of an operation: nothing here knows of ACLs.
#ifndef RINGFENCE_TEST_NATIVE_FENCE_POLICY_H_
#define RINGFENCE_TEST_NATIVE_FENCE_POLICY_H_

#include <string>
#include <vector>

#include "file_operation.h"

namespace ringfence::win {

struct FencePolicy {
  // Paths of writable roots; one may lie in another, or in a read-only subpath.
  std::vector<std::string> roots;
  // Each lies in a root, and is none.
  std::vector<std::string> read_only;
};

// The nearest rule above the path is a writable root.
bool IsWritable(const FencePolicy& policy, const std::string& path);

// Whether what has the path may go away: it is no root, and no read-only subpath lies in it.
bool IsRemovable(const FencePolicy& policy, const std::string& path);

// Whether a directory lies above a read-only subpath and in a root, or is a root.
bool IsPinned(const FencePolicy& policy, const std::string& path);

// To a user who may do it at all. Permissions and owners are not a policy's to give.
bool Permits(const FencePolicy& policy, const FileOperation& operation);

// A root that lies in a directory which was renamed has gone with it.
void FollowRename(const std::string& from, const std::string& to, FencePolicy* policy);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_FENCE_POLICY_H_
