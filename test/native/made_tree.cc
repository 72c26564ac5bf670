#include "made_tree.h"

#include <algorithm>
#include <utility>

#include "tree_path.h"

namespace ringfence::win {
namespace {

void AppendPaths(const MadeFile& directory, const std::string& path,
                 std::vector<std::string>* paths) {
  for (const auto& [name, child] : directory.children) {
    const std::string own = Join(path, name);
    paths->push_back(own);
    AppendPaths(*child, own, paths);
  }
}

// `inheritable`: the ACEs of the directory that it is in.
void FillModel(const MadeFile& file, const Acl& inheritable, Node* node) {
  node->kind = file.kind;
  node->security.owner = file.owner;
  node->security.is_protected = file.is_protected;
  Acl dacl = {kAclRevision, file.aces};
  if (!file.is_protected) {
    const Acl inherited = InheritedDacl(inheritable, file.kind, file.owner);
    dacl.aces.insert(dacl.aces.end(), inherited.aces.begin(), inherited.aces.end());
  }
  for (const auto& [name, child] : file.children) {
    auto& made = node->children[name];
    made = std::make_unique<Node>();
    FillModel(*child, dacl, made.get());
  }
  if (!file.null_dacl) node->security.dacl = std::move(dacl);
}

}  // namespace

MadeFile* MadeTree::Find(const std::string& path) const {
  if (path.empty()) return top_.get();
  const MadeFile* const directory = Find(ParentOf(path));
  if (directory == nullptr) return nullptr;
  const auto found = directory->children.find(NameOf(path));
  return found == directory->children.end() ? nullptr : found->second.get();
}

MadeFile* MadeTree::Add(const std::string& path, MadeFile file) {
  MadeFile* const directory = Find(ParentOf(path));
  file.made_in = directory;
  auto& made = directory->children[NameOf(path)];
  made = std::make_unique<MadeFile>(std::move(file));
  return made.get();
}

std::unique_ptr<MadeFile> MadeTree::Take(const std::string& path) {
  auto node = Find(ParentOf(path))->children.extract(NameOf(path));
  return std::move(node.mapped());
}

void MadeTree::Perform(const FileOperation& operation, const Sid& user) {
  using Kind = FileOperation::Kind;
  const auto& [kind, path, to] = operation;
  if (kind == Kind::kCreateFile) Add(path, {.kind = Node::Kind::kFile, .owner = user});
  if (kind == Kind::kCreateDirectory) Add(path, {.kind = Node::Kind::kDirectory, .owner = user});
  if (kind == Kind::kReplace) gone_.push_back(Take(to));
  if (kind == Kind::kRemove) gone_.push_back(Take(path));
  if (kind == Kind::kRename || kind == Kind::kReplace) {
    auto moved = Take(path);
    Find(ParentOf(to))->children[NameOf(to)] = std::move(moved);
  }
}

std::vector<std::string> MadeTree::Paths() const {
  std::vector<std::string> paths;
  AppendPaths(*top_, {}, &paths);
  return paths;
}

void MadeTree::Mark(const FencePolicy& policy) {
  for (const std::string& path : Paths()) {
    MadeFile* const file = Find(path);
    file->is_root = std::ranges::find(policy.roots, path) != policy.roots.end();
    file->is_read_only = std::ranges::find(policy.read_only, path) != policy.read_only.end();
    file->is_pinned = IsPinned(policy, path);
  }
}

Node MadeTree::ToModel() const {
  Node node;
  FillModel(*top_, {}, &node);
  return node;
}

}  // namespace ringfence::win
