// One fence after the other: a random tree, a policy, its ACLs, and a program that tries things.
// What the models allow is compared with the oracle and with the policy.
#ifndef RINGFENCE_TEST_NATIVE_FENCE_RUN_H_
#define RINGFENCE_TEST_NATIVE_FENCE_RUN_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "fence_oracle.h"
#include "fence_stamp.h"
#include "made_tree_generator.h"

namespace ringfence::win {

// Of the capability SIDs of a tree's policy.
constexpr uint32_t kFenceVariant = 1;

// Of the user that the trees belong to; what they are fenced in with is the launch's and the
// session's SID, and those of the policy's roots.
Token FencedToken(const FencePolicy& policy, uint32_t variant, FenceOracle::Fence fence);

struct FenceSetting {
  FenceOracle::Fence fence = FenceOracle::Fence::kStrict;
  WriteRestrictedRule rule = kWriteRestrictedRules[0];
  TreeTraits traits = {};
  PlanMistake mistake = PlanMistake::kNone;
};

// A tree with a policy: as it was made, and with the ACLs that were written, in their order.
struct FencedTree {
  MadeTree tree;
  FencePolicy policy;
  Node model;
  std::vector<WrittenAcl> written;
};

// Nothing when a launch was refused, or the second one had something to write.
std::optional<FencedTree> MakeFencedTree(const FenceSetting& setting, test::Random* random);

struct FenceTally {
  size_t trees = 0;
  size_t cases = 0;
  size_t allowed = 0;
  // As the policy alone has it, to a user who may do it.
  size_t as_policy = 0;
  // What ACEs cannot give: the policy allows, the fence does not.
  size_t stricter = 0;
  // What the fence cannot take: the policy refuses.
  size_t looser = 0;
  // Model and oracle differ: none may.
  size_t mismatches = 0;
  // There was no fence.
  size_t failed_stamps = 0;
  std::array<size_t, kFileOperations> by_kind = {};
  std::array<size_t, kFileOperations> allowed_by_kind = {};
  // The first of each, with the seed.
  std::vector<std::string> looser_shown = {};
  std::vector<std::string> mismatches_shown = {};
};

// The same seed makes the same tree and policy, whatever the setting but for its traits.
void RunFence(uint32_t seed, const FenceSetting& setting, FenceTally* tally);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_FENCE_RUN_H_
