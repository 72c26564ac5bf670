#include "win_fake_disk.h"

#include <sstream>
#include <stdexcept>
#include <utility>

#include "sids.h"

namespace ringfence::win {
namespace {

constexpr std::u16string_view kExtended = u"\\\\?\\";
constexpr int kMostLinks = 16;

std::vector<std::string> Split(std::u16string_view path) {
  if (path.starts_with(kExtended)) path.remove_prefix(kExtended.size());
  std::vector<std::string> names(1);
  for (const char16_t unit : path) {
    if (unit == u'\\') {
      names.emplace_back();
    } else {
      names.back().push_back(static_cast<char>(unit));
    }
  }
  if (names.back().empty()) names.pop_back();
  return names;
}

std::u16string Widen(std::string_view text) { return {text.begin(), text.end()}; }

void ShowAcl(const Acl& acl, std::ostringstream* out) {
  for (const Ace& ace : acl.aces) {
    *out << " (" << int{ace.type} << ' ' << int{ace.flags} << ' ' << std::hex << ace.mask
         << std::dec << ' ' << ace.sid.ToText() << ' ' << ace.rest.size() << ')';
  }
}

bool FindNode(const Node& in, const Node& wanted, std::u16string* path) {
  for (const auto& [name, child] : in.children) {
    std::u16string here = path->empty() ? Widen(name) : *path + u"\\" + Widen(name);
    if (child.get() == &wanted || FindNode(*child, wanted, &here)) {
      *path = here;
      return true;
    }
  }
  return false;
}

}  // namespace

FakeDisk::FakeDisk() {
  volumes_.kind = Node::Kind::kDirectory;
  auto volume = std::make_unique<Node>();
  volume->kind = Node::Kind::kDirectory;
  constexpr uint8_t kBelow = kObjectInherit | kContainerInherit;
  volume->security.owner = kSystem;
  volume->security.dacl = Acl{kAclRevision,
                              {{kAccessAllowedAce, kBelow, kFileAllAccess, kAlice},
                               {kAccessAllowedAce, kBelow, kFileAllAccess, kSystem}}};
  volumes_.children["C:"] = std::move(volume);
}

FakePlace FakeDisk::Find(std::u16string_view path, LinkMode last) {
  std::vector<std::string> names = Split(path);
  int links = 0;
  FakePlace place{&volumes_, {}, &volumes_};
  for (size_t i = 0; i < names.size(); ++i) {
    if (place.node == nullptr || place.node->kind != Node::Kind::kDirectory) return {};
    Node& directory = *place.node;
    const auto child = directory.children.find(names[i]);
    place = {&directory, names[i],
             child == directory.children.end() ? nullptr : child->second.get()};
    const auto junction = junctions.find(place.node);
    const bool is_last = i + 1 == names.size();
    if (junction == junctions.end() || (is_last && last == LinkMode::kOpenLink)) continue;
    if (++links > kMostLinks) return {};
    std::vector<std::string> target = Split(junction->second);
    target.insert(target.end(), names.begin() + static_cast<ptrdiff_t>(i) + 1, names.end());
    return Find(
        [&] {
          std::u16string joined;
          for (const std::string& name : target)
            joined += (joined.empty() ? u"" : u"\\") + Widen(name);
          return joined;
        }(),
        last);
  }
  return place;
}

Node& FakeDisk::Add(std::u16string_view path, Node::Kind kind) {
  const std::vector<std::string> names = Split(path);
  Node* node = &volumes_;
  for (size_t i = 0; i < names.size(); ++i) {
    std::unique_ptr<Node>& child = node->children[names[i]];
    if (child == nullptr) {
      child = std::make_unique<Node>();
      child->kind = i + 1 == names.size() ? kind : Node::Kind::kDirectory;
      child->security.owner = kAlice;
      const Acl parent = node->security.dacl.value_or(Acl());
      child->security.dacl = InheritedDacl(parent, child->kind, kAlice);
    }
    node = child.get();
  }
  return *node;
}

void FakeDisk::AddJunction(std::u16string_view path, std::u16string_view target) {
  junctions[&Add(path)] = target;
}

void FakeDisk::Detach(Node& directory, const std::string& name) {
  auto node = directory.children.extract(name);
  detached_.push_back(std::move(node.mapped()));
}

void FakeDisk::Remove(std::u16string_view path) {
  const FakePlace place = Find(path, LinkMode::kOpenLink);
  Detach(*place.directory, place.name);
}

void FakeDisk::Move(std::u16string_view from, std::u16string_view to) {
  const FakePlace source = Find(from, LinkMode::kOpenLink);
  auto node = source.directory->children.extract(source.name);
  const FakePlace target = Find(to, LinkMode::kOpenLink);
  node.key() = target.name;
  target.directory->children.insert(std::move(node));
}

bool FakeDisk::Has(std::u16string_view path) {
  return Find(path, LinkMode::kOpenLink).node != nullptr;
}

Node& FakeDisk::At(std::u16string_view path) {
  Node* node = Find(path, LinkMode::kOpenLink).node;
  if (node == nullptr) throw std::logic_error("the test speaks of what is not there");
  return *node;
}

std::u16string FakeDisk::PathOf(const Node& node) const {
  std::u16string path;
  if (!FindNode(volumes_, node, &path)) return {};
  return path.find(u'\\') == std::u16string::npos ? path + u"\\" : path;
}

std::string FakeDisk::Show(std::u16string_view path, std::u16string_view without) {
  std::ostringstream out;
  const std::u16string start(path);
  const auto show = [&](const auto& self, const Node& node, const std::u16string& here) -> void {
    if (here == without) return;
    out << std::string(here.begin(), here.end()) << (node.kind == Node::Kind::kFile ? " F" : " D")
        << (node.security.is_protected ? " P" : "") << (node.security.dacl ? "" : " null");
    if (node.security.dacl) ShowAcl(*node.security.dacl, &out);
    out << '\n';
    for (const auto& [name, child] : node.children) self(self, *child, here + u"\\" + Widen(name));
  };
  show(show, At(path), start);
  return out.str();
}

}  // namespace ringfence::win
