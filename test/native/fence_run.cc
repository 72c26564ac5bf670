#include "fence_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sids.h"

namespace ringfence::win {
namespace {

constexpr size_t kTries = 40;
constexpr size_t kMostShown = 5;
constexpr uint32_t kOtherVariant = kFenceVariant + 1;

struct Verdicts {
  bool model = false;
  bool oracle = false;
  bool policy = false;
};

void Show(uint32_t seed, const FileOperation& operation, bool allowed,
          std::vector<std::string>* shown) {
  if (shown->size() == kMostShown) return;
  shown->push_back("seed " + std::to_string(seed) + ": the models " +
                   (allowed ? "allow: " : "refuse: ") + OperationText(operation));
}

void Count(uint32_t seed, const FileOperation& operation, const Verdicts& verdicts,
           FenceTally* tally) {
  const auto kind = static_cast<size_t>(operation.kind);
  ++tally->cases;
  ++tally->by_kind[kind];
  if (verdicts.model) {
    ++tally->allowed;
    ++tally->allowed_by_kind[kind];
  }
  if (verdicts.model == verdicts.policy) ++tally->as_policy;
  if (!verdicts.model && verdicts.policy) ++tally->stricter;
  if (verdicts.model && !verdicts.policy) {
    ++tally->looser;
    Show(seed, operation, verdicts.model, &tally->looser_shown);
  }
  if (verdicts.model != verdicts.oracle) {
    ++tally->mismatches;
    Show(seed, operation, verdicts.model, &tally->mismatches_shown);
  }
}

// A launch of the same policy later has nothing left to do, and none is refused.
bool StampAll(const FencePolicy& policy, const FencePolicy& other, PlanMistake mistake, Node* top,
              std::vector<WrittenAcl>* written) {
  Stamped stamped = Stamp(other, kOtherVariant, PlanMistake::kNone, top);
  if (stamped.refusal != AclRefusal::kNone) return false;
  *written = std::move(stamped.written);
  stamped = Stamp(policy, kFenceVariant, mistake, top);
  if (stamped.refusal != AclRefusal::kNone) return false;
  std::ranges::move(stamped.written, std::back_inserter(*written));
  return mistake != PlanMistake::kNone ||
         Stamp(policy, kFenceVariant, PlanMistake::kNone, top).written.empty();
}

}  // namespace

Token FencedToken(const FencePolicy& policy, uint32_t variant, FenceOracle::Fence fence) {
  Token token = {.user = kAlice, .groups = {{kEveryone}, {kAuthenticatedUsers}}};
  token.default_dacl.aces = {{kAccessAllowedAce, 0, kFileAllAccess, kAlice, {}},
                             {kAccessAllowedAce, 0, kFileAllAccess, kLaunch, {}}};
  if (fence == FenceOracle::Fence::kNone) return token;
  token.restriction = Restriction::kWrites;
  token.restricting = {kLaunch};
  for (size_t i = 0; i < policy.roots.size(); ++i) {
    token.restricting.push_back(CapabilitySid(i, variant));
  }
  token.restricting.push_back(kLogon);
  if (fence == FenceOracle::Fence::kEveryone) token.restricting.push_back(kEveryone);
  return token;
}

std::optional<FencedTree> MakeFencedTree(const FenceSetting& setting, test::Random* random) {
  MadeTree tree = MakeTree(setting.traits, random);
  FencePolicy policy = MakePolicy(&tree, random);
  // Another policy has been there before, one time in four with paths of its own.
  const FencePolicy other = random->OneIn(4) ? MakePolicy(&tree, random) : FencePolicy();
  tree.Mark(policy);
  Node model = tree.ToModel();
  std::vector<WrittenAcl> written;
  if (!StampAll(policy, other, setting.mistake, &model, &written)) return std::nullopt;
  return FencedTree{std::move(tree), std::move(policy), std::move(model), std::move(written)};
}

void RunFence(uint32_t seed, const FenceSetting& setting, FenceTally* tally) {
  test::Random random(seed);
  std::optional<FencedTree> fenced = MakeFencedTree(setting, &random);
  ++tally->trees;
  if (!fenced) {
    ++tally->failed_stamps;
    return;
  }
  auto& [tree, policy, model, written] = *fenced;
  const Token token = FencedToken(policy, kFenceVariant, setting.fence);
  const Actor actor(token, setting.rule);
  const FenceOracle oracle(token, setting.fence, setting.rule);
  const FenceOracle user(token, FenceOracle::Fence::kNone, setting.rule);
  OperationGenerator operations(&random);
  for (size_t i = 0; i < kTries; ++i) {
    const FileOperation operation = operations.Next(tree);
    if (!IsPossible(operation, model)) continue;
    const Verdicts verdicts = {MayPerform(operation, actor, model), oracle.Allows(operation, tree),
                               Permits(policy, operation) && user.Allows(operation, tree)};
    Count(seed, operation, verdicts, tally);
    // From here on the two trees would not be the same.
    if (verdicts.model != verdicts.oracle) return;
    if (!verdicts.model) continue;
    Perform(operation, actor, &model);
    tree.Perform(operation, kAlice);
    if (operation.kind == FileOperation::Kind::kRename) {
      FollowRename(operation.path, operation.to, &policy);
    }
  }
}

}  // namespace ringfence::win
