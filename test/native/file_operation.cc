#include "file_operation.h"

#include <array>

#include "tree_path.h"

namespace ringfence::win {
namespace {

using Kind = FileOperation::Kind;

constexpr std::array<const char*, kFileOperations> kNames = {
    "read",           "create-file",  "create-directory", "overwrite", "append",
    "set-attributes", "delete",       "rename",           "replace",   "link",
    "change-acl",     "change-owner", "delete-through"};

bool Creates(Kind kind) { return kind == Kind::kCreateFile || kind == Kind::kCreateDirectory; }

Node::Kind KindOfNew(Kind kind) {
  return kind == Kind::kCreateDirectory ? Node::Kind::kDirectory : Node::Kind::kFile;
}

bool IsDirectory(const Node* node) {
  return node != nullptr && node->kind == Node::Kind::kDirectory;
}

bool IsFile(const Node* node) { return node != nullptr && node->kind == Node::Kind::kFile; }

}  // namespace

const char* OperationName(Kind kind) { return kNames[static_cast<size_t>(kind)]; }

std::string OperationText(const FileOperation& operation) {
  std::string text = std::string(OperationName(operation.kind)) + ' ' + operation.path;
  if (!operation.to.empty()) text += " -> " + operation.to;
  return text;
}

AccessMask OpeningRights(Kind kind) {
  constexpr AccessMask kImplied = kSynchronize | kFileReadAttributes;
  switch (kind) {
    case Kind::kRead:
      return kFileGenericRead;
    case Kind::kOverwrite:
      return kFileGenericWrite | kImplied;
    case Kind::kAppend:
      return kFileAppendData | kImplied;
    case Kind::kSetAttributes:
    case Kind::kLink:
      return kFileWriteAttributes | kImplied;
    case Kind::kRemove:
    case Kind::kRename:
    case Kind::kReplace:
      return kDelete | kImplied;
    case Kind::kChangeAcl:
      return kWriteDac | kImplied;
    case Kind::kChangeOwner:
      return kWriteOwner | kImplied;
    case Kind::kDeleteThrough:
      return kFileDeleteChild | kImplied;
    case Kind::kCreateFile:
    case Kind::kCreateDirectory:
      return 0;
  }
  return 0;
}

bool IsPossible(const FileOperation& operation, const Node& top) {
  const auto& [kind, path, to] = operation;
  const Node* const node = FindNode(path, top);
  if (Creates(kind)) return node == nullptr && IsDirectory(FindNode(ParentOf(path), top));
  if (node == nullptr || path.empty()) return false;
  switch (kind) {
    case Kind::kOverwrite:
    case Kind::kAppend:
      return IsFile(node);
    case Kind::kRemove:
      return node->children.empty();
    case Kind::kDeleteThrough:
      return IsDirectory(node);
    case Kind::kLink:
      return IsFile(node) && IsDirectory(FindNode(ParentOf(to), top)) &&
             FindNode(to, top) == nullptr;
    case Kind::kRename:
      return IsDirectory(FindNode(ParentOf(to), top)) && FindNode(to, top) == nullptr &&
             !IsInside(to, path);
    case Kind::kReplace:
      return IsFile(node) && IsFile(FindNode(to, top)) && path != to;
    default:
      return true;
  }
}

bool MayPerform(const FileOperation& operation, const Actor& actor, const Node& top) {
  const auto& [kind, path, to] = operation;
  const Node& directory = *FindNode(ParentOf(path), top);
  if (Creates(kind)) return actor.MayCreate(directory, KindOfNew(kind));
  if (!actor.MayOpen(directory, NameOf(path), OpeningRights(kind))) return false;
  if (kind == Kind::kLink) return actor.MayName(*FindNode(ParentOf(to), top), Node::Kind::kFile);
  if (kind != Kind::kRename && kind != Kind::kReplace) return true;
  return actor.MayRename(directory, NameOf(path), *FindNode(ParentOf(to), top), NameOf(to));
}

void Perform(const FileOperation& operation, const Actor& actor, Node* top) {
  const auto& [kind, path, to] = operation;
  Node* const directory = FindNode(ParentOf(path), top);
  if (Creates(kind)) {
    actor.Create(NameOf(path), KindOfNew(kind), directory);
  } else if (kind == Kind::kRemove) {
    actor.Delete(NameOf(path), directory);
  } else if (kind == Kind::kRename || kind == Kind::kReplace) {
    actor.Rename(NameOf(path), directory, NameOf(to), FindNode(ParentOf(to), top));
  }
}

const Node* FindNode(const std::string& path, const Node& top) {
  if (path.empty()) return &top;
  const Node* const directory = FindNode(ParentOf(path), top);
  if (directory == nullptr) return nullptr;
  const auto found = directory->children.find(NameOf(path));
  return found == directory->children.end() ? nullptr : found->second.get();
}

Node* FindNode(const std::string& path, Node* top) {
  return const_cast<Node*>(FindNode(path, *top));
}

}  // namespace ringfence::win
