#include "fence_vectors.h"

#include <optional>
#include <span>
#include <vector>

#include "access_case.h"
#include "fence_run.h"
#include "sids.h"
#include "tree_path.h"

namespace ringfence::win {
namespace {

using Fence = FenceOracle::Fence;

constexpr size_t kTries = 40;

// Those that a token must have to be given to a command: without them writing includes no deleting,
// and the launch is refused (win/token_check.h).
constexpr std::span kReadings = std::span(kWriteRestrictedRules).first<2>();
static_assert(kReadings[0].write_rights == kWriteRightsWide &&
              kReadings[0].gate == WriteRestrictedRule::Gate::kRequest);
static_assert(kReadings[1].write_rights == kWriteRightsWide &&
              kReadings[1].gate == WriteRestrictedRule::Gate::kRights);
constexpr char kReadingNames[] =
    R"(["a request to write needs all its rights","each right to write is needed"])";

// Nothing that needs another escape than the backslash is ever in one.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

const char* Bool(bool value) { return value ? "true" : "false"; }

// The JSON texts of `list`, one by one.
template <typename List, typename ToText>
std::string ArrayText(const List& list, const ToText& to_text) {
  std::string text = "[";
  for (const auto& element : list) {
    if (text.size() > 1) text += ',';
    text += to_text(element);
  }
  return text + ']';
}

// One request for each right: of these the readings have the same to say.
std::string RightsText(const SecurityDescriptor& object, const Token& token) {
  AccessMask rights = 0;
  for (const AccessMask right : kFileRights) {
    rights |= CheckAccess(object, token, right, kReadings[0]);
  }
  return std::to_string(rights);
}

// A check wants a group, and does not look at it.
std::string DescriptorJson(const SecurityDescriptor& security) {
  return Quoted("G:" + kSystem.ToText() + DescriptorText(security));
}

class TreeWriter {
 public:
  TreeWriter(const FencedTree& fenced, Fence fence)
      : fenced_(fenced),
        user_(FencedToken(fenced.policy, kFenceVariant, Fence::kNone)),
        token_(FencedToken(fenced.policy, kFenceVariant, fence)) {}

  std::string PolicyText() const {
    std::vector<Sid> capabilities;
    for (size_t i = 0; i < fenced_.policy.roots.size(); ++i) {
      capabilities.push_back(CapabilitySid(i, kFenceVariant));
    }
    return "\"capabilities\":" +
           ArrayText(capabilities, [](const Sid& sid) { return Quoted(sid.ToText()); }) +
           ",\"roots\":" + ArrayText(fenced_.policy.roots, Quoted) +
           ",\"readOnly\":" + ArrayText(fenced_.policy.read_only, Quoted);
  }

  std::string NodesText() const {
    const Node made = fenced_.tree.ToModel();
    std::vector<std::string> paths = fenced_.tree.Paths();
    paths.insert(paths.begin(), std::string());
    return ArrayText(paths, [&](const std::string& path) {
      const Node& node = *FindNode(path, fenced_.model);
      const bool directory = node.kind == Node::Kind::kDirectory;
      return "\n{\"path\":" + Quoted(path) +
             ",\"kind\":" + (directory ? "\"directory\"" : "\"file\"") +
             ",\"made\":" + DescriptorJson(FindNode(path, made)->security) +
             ",\"descriptor\":" + DescriptorJson(node.security) +
             ",\"user\":" + RightsText(node.security, user_) +
             ",\"fenced\":" + RightsText(node.security, token_) + "}";
    });
  }

  // Only the list is written.
  std::string WritesText() const {
    return ArrayText(fenced_.written, [](const WrittenAcl& write) {
      return "\n{\"path\":" + Quoted(write.path) +
             ",\"descriptor\":" + DescriptorJson({kSystem, write.after}) + "}";
    });
  }

  // Leaves the tree as the operations do.
  std::string OperationsText(FencedTree* fenced, test::Random* random, size_t* count) const {
    OperationGenerator generator(random);
    std::vector<std::string> texts;
    for (size_t i = 0; i < kTries; ++i) {
      const FileOperation operation = generator.Next(fenced->tree);
      if (!IsPossible(operation, fenced->model)) continue;
      texts.push_back(OperationAndVerdicts(operation, fenced->model));
      const Actor actor(token_, kReadings[0]);
      if (!MayPerform(operation, actor, fenced->model)) continue;
      Perform(operation, actor, &fenced->model);
      fenced->tree.Perform(operation, kAlice);
    }
    *count += texts.size();
    return ArrayText(texts, [](const std::string& text) { return "\n" + text; });
  }

 private:
  std::string OperationAndVerdicts(const FileOperation& operation, const Node& top) const {
    const std::string verdicts = ArrayText(kReadings, [&](const WriteRestrictedRule& reading) {
      return Bool(MayPerform(operation, Actor(token_, reading), top));
    });
    const std::string to = operation.to.empty() ? "" : ",\"to\":" + Quoted(operation.to);
    return std::string("{\"kind\":\"") + OperationName(operation.kind) +
           "\",\"path\":" + Quoted(operation.path) + to + ",\"verdicts\":" + verdicts + "}";
  }

  const FencedTree& fenced_;
  Token user_;
  Token token_;
};

// Every second tree is a plain one; with every fourth what everyone may write stays writable.
std::string TreeText(uint32_t seed, size_t* cases) {
  const bool plain = seed % 2 == 0;
  const Fence fence = seed % 4 == 3 ? Fence::kEveryone : Fence::kStrict;
  test::Random random(seed);
  std::optional<FencedTree> fenced =
      MakeFencedTree({.fence = fence, .traits = {.plain = plain}}, &random);
  if (!fenced) return {};
  const TreeWriter writer(*fenced, fence);
  const std::string nodes = writer.NodesText();
  return "\n{\"seed\":" + std::to_string(seed) + ",\"plain\":" + Bool(plain) +
         ",\"user\":" + Quoted(kAlice.ToText()) +
         ",\"everyone\":" + Bool(fence == Fence::kEveryone) + "," + writer.PolicyText() +
         ",\"nodes\":" + nodes + ",\"writes\":" + writer.WritesText() +
         ",\"operations\":" + writer.OperationsText(&*fenced, &random, cases) + "}";
}

}  // namespace

std::string FenceVectors(uint32_t seed, size_t cases) {
  std::string trees;
  for (size_t made = 0; made < cases; ++seed) {
    const std::string tree = TreeText(seed, &made);
    if (tree.empty()) return {};
    if (!trees.empty()) trees += ',';
    trees += tree;
  }
  return std::string("{\"readings\":") + kReadingNames + ",\"trees\":[" + trees + "]}\n";
}

}  // namespace ringfence::win
