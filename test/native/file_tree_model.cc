#include "file_tree_model.h"

#include <optional>
#include <utility>

#include "sids.h"

namespace ringfence::win {
namespace {

constexpr uint8_t kPropagated = kObjectInherit | kContainerInherit;

bool IsCreator(const Sid& sid) { return sid == kCreatorOwner || sid == kCreatorGroup; }

// The part that applies to the new object itself. CREATOR GROUP is dropped: owners have no group
// here.
std::optional<Ace> EffectivePart(const Ace& ace, Node::Kind kind, const Sid& owner) {
  const uint8_t wanted = kind == Node::Kind::kFile ? kObjectInherit : kContainerInherit;
  if ((ace.flags & wanted) == 0 || ace.sid == kCreatorGroup) return std::nullopt;
  Ace part = ace;
  part.flags = kInherited;
  part.mask = MapGenericFileRights(ace.mask);
  if (ace.sid == kCreatorOwner) part.sid = owner;
  return part;
}

// The part that a new directory has only to give it on.
std::optional<Ace> InheritOnlyPart(const Ace& ace) {
  if ((ace.flags & kPropagated) == 0 || (ace.flags & kNoPropagateInherit) != 0) return std::nullopt;
  Ace part = ace;
  part.flags = static_cast<uint8_t>((ace.flags & kPropagated) | kInheritOnly | kInherited);
  return part;
}

void AppendInherited(const Ace& ace, Node::Kind kind, const Sid& owner, std::vector<Ace>* aces) {
  std::optional<Ace> effective = EffectivePart(ace, kind, owner);
  std::optional<Ace> inherit_only =
      kind == Node::Kind::kDirectory ? InheritOnlyPart(ace) : std::nullopt;
  // One ACE does both where it says the same for both.
  if (effective && inherit_only && !IsCreator(ace.sid) && effective->mask == ace.mask) {
    effective->flags = static_cast<uint8_t>(inherit_only->flags & ~kInheritOnly);
    inherit_only.reset();
  }
  if (effective) aces->push_back(*std::move(effective));
  if (inherit_only) aces->push_back(*std::move(inherit_only));
}

void Propagate(const Node& parent, Node* node) {
  SecurityDescriptor& security = node->security;
  if (security.is_protected || !security.dacl || !parent.security.dacl) return;
  std::erase_if(security.dacl->aces, [](const Ace& ace) { return ace.inherited(); });
  const Acl inherited = InheritedDacl(*parent.security.dacl, node->kind, security.owner);
  security.dacl->aces.insert(security.dacl->aces.end(), inherited.aces.begin(),
                             inherited.aces.end());
  for (const auto& [name, child] : node->children) Propagate(*node, child.get());
}

AccessMask AddingRight(Node::Kind kind) {
  return kind == Node::Kind::kFile ? kFileAddFile : kFileAddSubdirectory;
}

const Node& Child(const Node& directory, const std::string& name) {
  return *directory.children.at(name);
}

}  // namespace

Acl InheritedDacl(const Acl& parent, Node::Kind kind, const Sid& owner) {
  Acl acl;
  for (const Ace& ace : parent.aces) AppendInherited(ace, kind, owner, &acl.aces);
  return acl;
}

void SetDacl(const Acl& dacl, Node* node) {
  node->security.dacl = dacl;
  for (const auto& [name, child] : node->children) Propagate(*node, child.get());
}

bool Actor::Allows(const Node& node, AccessMask desired) const {
  return CheckAccess(node.security, token_, desired, rule_) != 0;
}

bool Actor::MayOpen(const Node& directory, const std::string& name, AccessMask desired) const {
  AccessMask left = MapGenericFileRights(desired);
  const Node& entry = Child(directory, name);
  const auto from_parent = [&](AccessMask right, AccessMask parents_right) {
    if ((left & right) != 0 && !Allows(entry, right) && Allows(directory, parents_right)) {
      left &= ~right;
    }
  };
  from_parent(kDelete, kFileDeleteChild);
  from_parent(kFileReadAttributes, kFileReadData);
  return left == 0 || Allows(entry, left);
}

bool Actor::MayDelete(const Node& directory, const std::string& name) const {
  return Child(directory, name).children.empty() && MayOpen(directory, name, kDelete);
}

bool Actor::MayCreate(const Node& directory, Node::Kind kind) const {
  return Allows(directory, AddingRight(kind));
}

bool Actor::MayName(const Node& directory, Node::Kind kind) const {
  return Allows(directory, AddingRight(kind) | kSynchronize);
}

bool Actor::MayRename(const Node& from, const std::string& name, const Node& to,
                      const std::string& new_name) const {
  if (!MayOpen(from, name, kDelete | kSynchronize)) return false;
  if (!MayName(to, Child(from, name).kind)) return false;
  if (!to.children.contains(new_name)) return true;
  return Child(to, new_name).kind == Node::Kind::kFile && MayDelete(to, new_name);
}

bool Actor::Create(const std::string& name, Node::Kind kind, Node* directory) const {
  if (directory->children.contains(name) || !MayCreate(*directory, kind)) return false;
  auto node = std::make_unique<Node>();
  node->kind = kind;
  node->security.owner = token_.user;
  Acl dacl;
  if (directory->security.dacl) dacl = InheritedDacl(*directory->security.dacl, kind, token_.user);
  node->security.dacl = dacl.aces.empty() ? token_.default_dacl : dacl;
  directory->children.emplace(name, std::move(node));
  return true;
}

bool Actor::Delete(const std::string& name, Node* directory) const {
  return MayDelete(*directory, name) && directory->children.erase(name) == 1;
}

bool Actor::Rename(const std::string& name, Node* from, const std::string& new_name,
                   Node* to) const {
  if (!MayRename(*from, name, *to, new_name)) return false;
  auto node = from->children.extract(name);
  to->children.erase(new_name);
  node.key() = new_name;
  to->children.insert(std::move(node));
  return true;
}

}  // namespace ringfence::win
