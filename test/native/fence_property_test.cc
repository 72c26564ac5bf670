// The property of the Windows backend: for random trees, policies and operations, the planned ACLs
// and a write-restricted token allow what the policy allows, and what they refuse or leave open
// beyond that is predicted.
#include <array>
#include <cstdio>

#include "check.h"
#include "fence_run.h"

namespace ringfence::win {
namespace {

using Fence = FenceOracle::Fence;

constexpr uint32_t kTrees = 450;
// Of runs that need no more to show what they are for.
constexpr uint32_t kFewTrees = 250;

constexpr std::array kWideRules = {kWriteRestrictedRules[0], kWriteRestrictedRules[1]};
static_assert(kWideRules[0].write_rights == kWriteRightsWide &&
              kWideRules[1].write_rights == kWriteRightsWide);

FenceTally Run(const FenceSetting& setting, uint32_t first_seed, uint32_t trees) {
  FenceTally tally;
  for (uint32_t i = 0; i < trees; ++i) RunFence(first_seed + i, setting, &tally);
  return tally;
}

void Print(const char* name, const FenceTally& tally) {
  std::printf(
      "%s: %zu cases in %zu trees: %zu allowed; %zu as the policy, %zu stricter, %zu "
      "looser, %zu mismatches\n",
      name, tally.cases, tally.trees, tally.allowed, tally.as_policy, tally.stricter, tally.looser,
      tally.mismatches);
}

void CheckIsPredicted(const FenceTally& tally) {
  CHECK_EQ(tally.failed_stamps, 0U);
  CHECK_EQ(tally.mismatches, 0U);
  for (const std::string& line : tally.mismatches_shown) std::printf("  %s\n", line.c_str());
}

void CheckIsNotLooser(const FenceTally& tally) {
  CHECK_EQ(tally.looser, 0U);
  for (const std::string& line : tally.looser_shown) std::printf("  %s\n", line.c_str());
}

// A run that allows nothing of a kind, or everything, has shown nothing about it.
void CheckRunsBothWays(const FenceTally& tally) {
  using Kind = FileOperation::Kind;
  for (size_t kind = 0; kind < kFileOperations; ++kind) {
    CHECK(tally.by_kind[kind] > 50);
    const bool never = kind >= static_cast<size_t>(Kind::kChangeAcl);
    const bool always = kind == static_cast<size_t>(Kind::kRead);
    CHECK(never || tally.allowed_by_kind[kind] > 20);
    CHECK(always || tally.by_kind[kind] - tally.allowed_by_kind[kind] > 20);
  }
}

TEST(FenceIsThePolicyWhereTheUserHasFullControl) {
  for (const Fence fence : {Fence::kStrict, Fence::kEveryone}) {
    for (const WriteRestrictedRule& rule : kWideRules) {
      const FenceTally tally =
          Run({.fence = fence, .rule = rule, .traits = {.plain = true}}, 1, kTrees);
      CHECK_EQ(tally.as_policy, tally.cases);
      CheckIsPredicted(tally);
      CheckIsNotLooser(tally);
      CheckRunsBothWays(tally);
      if (&rule == kWideRules.data() && fence == Fence::kStrict) Print("full control", tally);
    }
  }
}

// Protected DACLs, denials and owners of others: what is not handed down cannot be written, and
// nothing else is.
TEST(FenceIsNowhereLooserThanThePolicyAndStricterAsPredicted) {
  for (const WriteRestrictedRule& rule : kWideRules) {
    const FenceTally tally = Run({.rule = rule, .traits = {.null_dacls = false}}, 1, kTrees);
    CheckIsPredicted(tally);
    CheckIsNotLooser(tally);
    CHECK(tally.stricter > 50);
    CHECK(tally.as_policy > tally.cases * 3 / 4);
    CheckRunsBothWays(tally);
    if (&rule == kWideRules.data()) Print("foreign ACEs", tally);
  }
}

// A null DACL grants everything to everybody, and Everyone as a restricting SID what everyone may
// write: both are looser than the policy, exactly where they were predicted.
TEST(FenceIsLooserOnlyWhereItIsPredicted) {
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    for (const Fence fence : {Fence::kStrict, Fence::kEveryone}) {
      const FenceTally tally = Run({.fence = fence, .rule = rule}, 1, kTrees);
      CheckIsPredicted(tally);
      CHECK(tally.looser > 50);
      CheckRunsBothWays(tally);
      if (&rule == kWriteRestrictedRules) {
        Print(fence == Fence::kStrict ? "null DACLs" : "null DACLs, Everyone", tally);
      }
    }
  }
}

// The controls of all the above.
TEST(MistakesOfThePlanAreFound) {
  for (const PlanMistake mistake : kPlanMistakes) {
    const FenceTally tally =
        Run({.traits = {.null_dacls = false}, .mistake = mistake}, 1, kFewTrees);
    CHECK(tally.mismatches > 10);
    CHECK(mistake == PlanMistake::kGrantWithoutDelete || tally.looser > 10);
    std::printf("%s: %zu of %zu trees found it, %zu times something was open\n",
                MistakeName(mistake), tally.mismatches, tally.trees, tally.looser);
  }
}

}  // namespace
}  // namespace ringfence::win
