// Puts a policy on a tree of the models: the product's plan of ACLs, carried out.
#ifndef RINGFENCE_TEST_NATIVE_FENCE_STAMP_H_
#define RINGFENCE_TEST_NATIVE_FENCE_STAMP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "fence_policy.h"
#include "file_tree_model.h"
#include "win/acl_plan.h"

namespace ringfence::win {

// Mistakes that a planner could make; the property has to find each.
enum class PlanMistake : uint8_t {
  kNone,
  kGrantWithoutDelete,
  kGrantWithDeleteChild,
  kNoPins,
  kNoDenials,
  kDenialsLast,
};

constexpr PlanMistake kPlanMistakes[] = {PlanMistake::kGrantWithoutDelete,
                                         PlanMistake::kGrantWithDeleteChild, PlanMistake::kNoPins,
                                         PlanMistake::kNoDenials, PlanMistake::kDenialsLast};

const char* MistakeName(PlanMistake mistake);

// The capability SID of a root, by its number; different for each `variant`.
Sid CapabilitySid(size_t root, uint32_t variant);

// An ACL that was written, and what it was before.
struct WrittenAcl {
  std::string path;
  Acl before;
  Acl after;
};

struct Stamped {
  AclRefusal refusal = AclRefusal::kNone;
  // In the order in which they were written.
  std::vector<WrittenAcl> written = {};
};

// All paths of the policy exist. On a refusal nothing is written.
Stamped Stamp(const FencePolicy& policy, uint32_t variant, PlanMistake mistake, Node* top);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_FENCE_STAMP_H_
