#include "made_tree_generator.h"

#include <algorithm>
#include <utility>

#include "sids.h"
#include "tool_patterns.h"
#include "tree_path.h"

namespace ringfence::win {
namespace {

constexpr uint8_t kBelow = kObjectInherit | kContainerInherit;
constexpr size_t kLeastFiles = 6;
constexpr size_t kMoreFiles = 14;
constexpr size_t kMostComponents = 5;
const std::string kTopDirectory = "w0";

template <typename List>
const auto& OneOf(const List& list, test::Random* random) {
  return list[random->Below(std::size(list))];
}

Ace Allow(const Sid& sid, AccessMask mask, uint8_t flags = kBelow) {
  return {kAccessAllowedAce, flags, mask, sid, {}};
}

Ace SomeAce(test::Random* random) {
  static constexpr Sid kSids[] = {kAlice, kAlice,  kAuthenticatedUsers, kEveryone, kEveryone,
                                  kBob,   kSystem, kCreatorOwner};
  static constexpr AccessMask kMasks[] = {
      kFileAllAccess,
      kFileAllAccess,
      kFileGenericRead | kFileGenericWrite | kFileGenericExecute | kDelete,
      kFileGenericRead | kFileGenericExecute,
      kGenericAll,
      kGenericRead | kGenericWrite,
      kFileDeleteChild,
      kDelete | kSynchronize,
      kFileWriteData | kFileAppendData};
  static constexpr uint8_t kFlags[] = {0,
                                       kBelow,
                                       kBelow,
                                       kBelow,
                                       kObjectInherit,
                                       kContainerInherit,
                                       kBelow | kInheritOnly,
                                       kBelow | kNoPropagateInherit};
  // One after the other: the order of arguments differs between compilers.
  const Sid& sid = OneOf(kSids, random);
  const AccessMask mask = OneOf(kMasks, random);
  Ace ace = Allow(sid, mask, OneOf(kFlags, random));
  if (random->OneIn(6)) ace.type = kAccessDeniedAce;
  return ace;
}

// Order as it comes: denials behind grants, too.
MadeFile SomeFile(Node::Kind kind, const TreeTraits& traits, test::Random* random) {
  static constexpr Sid kOwners[] = {kAlice, kAlice, kAlice, kBob, kSystem};
  MadeFile file = {.kind = kind, .owner = kAlice};
  if (traits.plain) return file;
  const bool directory = kind == Node::Kind::kDirectory;
  file.owner = OneOf(kOwners, random);
  if (random->OneIn(7)) {
    file.is_protected = true;
    file.aces.push_back(Allow(kAlice, kFileAllAccess, directory ? kBelow : 0));
  }
  if (random->OneIn(2)) {
    for (size_t count = 1 + random->Below(3); count > 0; --count) {
      file.aces.push_back(SomeAce(random));
      if (!directory) file.aces.back().flags = 0;
    }
  }
  file.null_dacl = !directory && traits.null_dacls && random->OneIn(12);
  return file;
}

size_t Components(const std::string& path) {
  return static_cast<size_t>(std::ranges::count(path, '\\')) + 1;
}

std::vector<std::string> Directories(const MadeTree& tree) {
  std::vector<std::string> paths = tree.Paths();
  std::erase_if(paths, [&](const std::string& path) {
    return tree.Find(path)->kind != Node::Kind::kDirectory;
  });
  return paths;
}

bool Has(const std::vector<std::string>& paths, const std::string& path) {
  return std::ranges::find(paths, path) != paths.end();
}

bool LiesInRoot(const FencePolicy& policy, const std::string& path) {
  return std::ranges::any_of(policy.roots,
                             [&](const std::string& root) { return IsInside(path, root); });
}

}  // namespace

MadeTree MakeTree(const TreeTraits& traits, test::Random* random) {
  MadeFile top = {.owner = kAlice, .is_protected = true};
  top.aces = {Allow(kAlice, kFileAllAccess), Allow(kSystem, kFileAllAccess)};
  if (random->OneIn(2)) top.aces.push_back(Allow(kAuthenticatedUsers, kGenericRead));
  MadeTree tree(std::move(top));
  tree.Add(kTopDirectory, SomeFile(Node::Kind::kDirectory, traits, random));
  const size_t files = kLeastFiles + random->Below(kMoreFiles);
  for (size_t i = 1; i < files; ++i) {
    std::vector<std::string> directories = Directories(tree);
    std::erase_if(directories,
                  [](const std::string& path) { return Components(path) >= kMostComponents; });
    directories.emplace_back();
    const bool directory = random->Below(5) < 3;
    const std::string name = (directory ? "d" : "f") + std::to_string(i);
    const std::string path = Join(OneOf(directories, random), name);
    const Node::Kind kind = directory ? Node::Kind::kDirectory : Node::Kind::kFile;
    tree.Add(path, SomeFile(kind, traits, random));
  }
  return tree;
}

FencePolicy MakePolicy(MadeTree* tree, test::Random* random) {
  FencePolicy policy;
  const std::vector<std::string> directories = Directories(*tree);
  for (size_t count = 1 + random->Below(3); count > 0; --count) {
    const std::string& root = random->OneIn(4) ? kTopDirectory : OneOf(directories, random);
    if (!Has(policy.roots, root)) policy.roots.push_back(root);
  }
  std::vector<std::string> paths = tree->Paths();
  std::erase_if(paths, [&](const std::string& path) { return !LiesInRoot(policy, path); });
  for (size_t count = random->Below(5); count > 0; --count) {
    std::string closed = OneOf(paths, random);
    if (random->OneIn(4) && tree->Find(closed)->kind == Node::Kind::kDirectory) {
      closed = Join(closed, "missing" + std::to_string(count));
    }
    const MadeFile* const file = tree->Find(closed);
    if (Has(policy.roots, closed) || Has(policy.read_only, closed)) continue;
    if (file != nullptr && file->null_dacl) continue;
    if (file == nullptr) tree->Add(closed, {.owner = kAlice});
    policy.read_only.push_back(closed);
  }
  return policy;
}

std::string OperationGenerator::NewName(const std::string& directory) {
  return Join(directory, "n" + std::to_string(names_++));
}

FileOperation OperationGenerator::Single(const std::vector<std::string>& paths) {
  using Kind = FileOperation::Kind;
  const auto kind = static_cast<Kind>(random_->Below(kFileOperations));
  const std::string& path = OneOf(paths, random_);
  const std::string& other = OneOf(paths, random_);
  switch (kind) {
    case Kind::kCreateFile:
    case Kind::kCreateDirectory:
      return {kind, NewName(path)};
    case Kind::kRename:
    case Kind::kLink:
      return {kind, path, NewName(other)};
    case Kind::kReplace:
      return {kind, path, other};
    default:
      return {kind, path};
  }
}

FileOperation OperationGenerator::Next(const MadeTree& tree) {
  if (pending_.empty() && random_->OneIn(8)) {
    const std::vector<std::string> directories = Directories(tree);
    pending_ = OneOf(kToolPatterns, random_).work(NewName(OneOf(directories, random_)));
    std::ranges::reverse(pending_);
  }
  if (pending_.empty()) return Single(tree.Paths());
  FileOperation next = std::move(pending_.back());
  pending_.pop_back();
  return next;
}

}  // namespace ringfence::win
