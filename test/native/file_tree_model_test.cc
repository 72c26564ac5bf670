#include "file_tree_model.h"

#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "sids.h"
#include "win/acl_edit.h"

namespace ringfence::win {
namespace {

using Kind = Node::Kind;

constexpr uint8_t kOi = kObjectInherit;
constexpr uint8_t kCi = kContainerInherit;
constexpr uint8_t kNp = kNoPropagateInherit;
constexpr uint8_t kIo = kInheritOnly;
constexpr uint8_t kId = kInherited;
constexpr uint8_t kBelow = kOi | kCi;

// Without FILE_DELETE_CHILD: an entry is deleted by its own right or not at all.
constexpr AccessMask kGrant = kFileGenericRead | kFileGenericWrite | kFileGenericExecute | kDelete;
constexpr AccessMask kProtect =
    (kFileGenericWrite & ~kFileGenericRead) | kDelete | kFileDeleteChild | kWriteDac | kWriteOwner;

Ace Allow(const Sid& sid, AccessMask mask, uint8_t flags = kBelow) {
  return {kAccessAllowedAce, flags, mask, sid};
}

Acl AclOf(std::vector<Ace> aces) { return {kAclRevision, std::move(aces)}; }

std::vector<Ace> Inherited(const Ace& ace, Kind kind) {
  return InheritedDacl(AclOf({ace}), kind, kAlice).aces;
}

// "ACE Inheritance Rules": the flags that a file and a directory get from each combination.
TEST(AceIsInheritedByTheRules) {
  const struct {
    int parent;
    std::vector<int> file;
    std::vector<int> directory;
  } cases[] = {
      {0, {}, {}},
      {kOi, {kId}, {kOi | kIo | kId}},
      {kCi, {}, {kCi | kId}},
      {kOi | kCi, {kId}, {kOi | kCi | kId}},
      {kOi | kIo, {kId}, {kOi | kIo | kId}},
      {kCi | kIo, {}, {kCi | kId}},
      {kOi | kCi | kIo, {kId}, {kOi | kCi | kId}},
      {kOi | kNp, {kId}, {}},
      {kCi | kNp, {}, {kId}},
      {kOi | kCi | kNp, {kId}, {kId}},
      {kOi | kCi | kIo | kNp | kId, {kId}, {kId}},
  };
  for (const auto& [parent, file, directory] : cases) {
    const auto flags = [&, from = parent](Kind kind) {
      std::vector<int> result;
      for (const Ace& ace : Inherited(Allow(kBob, kDelete, static_cast<uint8_t>(from)), kind)) {
        CHECK(ace.mask == kDelete && ace.sid == kBob && ace.type == kAccessAllowedAce);
        result.push_back(ace.flags);
      }
      return result;
    };
    CHECK(flags(Kind::kFile) == file);
    CHECK(flags(Kind::kDirectory) == directory);
  }
}

TEST(AceOfTheCreatorBecomesTheOwners) {
  const Ace creator = Allow(kCreatorOwner, kFileAllAccess, kBelow | kIo);
  CHECK((Inherited(creator, Kind::kFile) == std::vector<Ace>{Allow(kAlice, kFileAllAccess, kId)}));
  CHECK((Inherited(creator, Kind::kDirectory) ==
         std::vector<Ace>{Allow(kAlice, kFileAllAccess, kId),
                          Allow(kCreatorOwner, kFileAllAccess, kBelow | kIo | kId)}));
}

TEST(AceWithGenericRightsIsMappedWhereItApplies) {
  const Ace generic = Allow(kBob, kGenericRead);
  CHECK((Inherited(generic, Kind::kFile) == std::vector<Ace>{Allow(kBob, kFileGenericRead, kId)}));
  CHECK((Inherited(generic, Kind::kDirectory) ==
         std::vector<Ace>{Allow(kBob, kFileGenericRead, kId),
                          Allow(kBob, kGenericRead, kBelow | kIo | kId)}));
}

Token UserToken() {
  return {.user = kAlice,
          .groups = {{kEveryone}, {kUsers}},
          .default_dacl = AclOf({Allow(kAlice, kFileAllAccess, 0)})};
}

Token FencedToken(std::vector<Sid> restricting = {kRoot}) {
  Token token = UserToken();
  token.restriction = Restriction::kWrites;
  token.restricting = std::move(restricting);
  return token;
}

// Every node of these trees has one.
Acl DaclOf(const Node& node) { return node.security.dacl.value_or(Acl()); }

// Which rule does not matter to a token that is not restricted.
Actor User() { return {UserToken(), kWriteRestrictedRules[0]}; }

// home/work is the writable root. Alice made everything and has full control, as in her profile.
struct Home {
  explicit Home(AccessMask grant = kGrant) {
    home.kind = Kind::kDirectory;
    home.security = {kAlice, AclOf({Allow(kAlice, kFileAllAccess), Allow(kUsers, kGenericRead)})};
    const Actor user = User();
    CHECK(user.Create("secret", Kind::kFile, &home));
    CHECK(user.Create("work", Kind::kDirectory, &home));
    work = home.children.at("work").get();
    Make("src", Kind::kDirectory, work);
    Make("main.py", Kind::kFile, At("src"));
    Make(".git", Kind::kDirectory, work);
    Make("config", Kind::kFile, At(".git"));
    Stamp({AceRequest::Kind::kAllow, kRoot, grant, kBelow}, work);
  }

  Node* At(const std::string& name) { return work->children.at(name).get(); }
  static void Make(const std::string& name, Kind kind, Node* directory) {
    CHECK(User().Create(name, kind, directory));
  }
  static void Stamp(const AceRequest& request, Node* node) {
    Acl dacl = DaclOf(*node);
    CHECK(MergeAce(request, &dacl));
    SetDacl(dacl, node);
  }
  void ProtectGit() { Stamp({AceRequest::Kind::kDeny, kRoot, kProtect, kBelow}, At(".git")); }

  Node home;
  Node* work = nullptr;
};

TEST(TreeHandsAStampDownToWhatIsThereAndWhatIsMade) {
  Home tree;
  const AceRequest grant = {AceRequest::Kind::kAllow, kRoot, kGrant, kBelow};
  CHECK(IsEffective(grant, DaclOf(*tree.At("src"))));
  CHECK(IsEffective({AceRequest::Kind::kAllow, kRoot, kGrant},
                    DaclOf(*tree.At("src")->children.at("main.py"))));
  CHECK(IsCanonical(DaclOf(*tree.At("src"))));
}

TEST(TreeIsAsBeforeWhenAStampIsTakenOut) {
  Home tree;
  const SecurityDescriptor directory = tree.At("src")->security;
  const SecurityDescriptor file = tree.At("src")->children.at("main.py")->security;
  Home::Stamp({AceRequest::Kind::kAllow, kOtherRoot, kGrant, kBelow}, tree.work);
  CHECK(tree.At("src")->security != directory);
  Acl dacl = DaclOf(*tree.work);
  CHECK_EQ(RemoveAces(kOtherRoot, &dacl), 1U);
  SetDacl(dacl, tree.work);
  CHECK(tree.At("src")->security == directory);
  CHECK(tree.At("src")->children.at("main.py")->security == file);
}

TEST(TreeDoesNotHandAStampToAProtectedDacl) {
  Home tree;
  Home::Make("own", Kind::kDirectory, tree.work);
  Node* const own = tree.At("own");
  own->security.is_protected = true;
  own->security.dacl = AclOf({Allow(kAlice, kFileAllAccess)});
  const AceRequest grant = {AceRequest::Kind::kAllow, kOtherRoot, kGrant, kBelow};
  Home::Stamp(grant, tree.work);
  CHECK_EQ(DaclOf(*own).aces.size(), 1U);
  CHECK(IsEffective(grant, DaclOf(*tree.At("src"))));
}

TEST(TreeKeepsExplicitAcesWhenTheParentChanges) {
  Home tree;
  tree.ProtectGit();
  const Ace denial = DaclOf(*tree.At(".git")).aces.front();
  Home::Stamp({AceRequest::Kind::kAllow, kOtherRoot, kGrant, kBelow}, tree.work);
  CHECK(DaclOf(*tree.At(".git")).aces.front() == denial);
  CHECK(IsCanonical(DaclOf(*tree.At(".git"))));
}

// Every pattern in the root, in a directory that was there, and in one made inside of the fence.
void CheckToolsWork(const Actor& fenced, Node* directory) {
  // open(..., 'w'), and again
  CHECK(fenced.Create("new", Kind::kFile, directory));
  CHECK(fenced.MayOpen(*directory, "new", kGenericRead | kGenericWrite));
  // os.replace, py_compile: a temporary file takes the place of the old one
  CHECK(fenced.Create("new.tmp", Kind::kFile, directory));
  CHECK(fenced.Rename("new.tmp", directory, "new", directory));
  // sqlite: the journal comes and goes
  CHECK(fenced.Create("db-journal", Kind::kFile, directory));
  CHECK(fenced.Delete("db-journal", directory));
  // TemporaryDirectory
  CHECK(fenced.Create("tmp", Kind::kDirectory, directory));
  Node* const made = directory->children.at("tmp").get();
  CHECK(fenced.Create("file", Kind::kFile, made));
  CHECK(fenced.Create("inner", Kind::kDirectory, made));
  CHECK(fenced.Delete("file", made));
  CHECK(fenced.Delete("inner", made));
  CHECK(fenced.Rename("tmp", directory, "tmp2", directory));
  CHECK(fenced.Delete("tmp2", directory));
  CHECK(fenced.Delete("new", directory));
}

TEST(TreeWithAGrantLetsToolsWork) {
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    Home tree;
    const Actor fenced(FencedToken(), rule);
    CheckToolsWork(fenced, tree.work);
    CheckToolsWork(fenced, tree.At("src"));
    CHECK(fenced.Create("made", Kind::kDirectory, tree.work));
    CheckToolsWork(fenced, tree.At("made"));
    CHECK(fenced.Rename("main.py", tree.At("src"), "main.py", tree.At("made")));
  }
}

TEST(TreeRefusesWritesOutsideOfTheRoot) {
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    Home tree;
    const Actor fenced(FencedToken(), rule);
    CHECK(!fenced.MayOpen(tree.home, "secret", kGenericWrite));
    CHECK(!fenced.MayCreate(tree.home, Kind::kFile));
    CHECK(!fenced.MayCreate(tree.home, Kind::kDirectory));
    CHECK(!fenced.MayRename(*tree.work, "src", tree.home, "src"));
    CHECK(!Actor(FencedToken({kOtherRoot}), rule).MayCreate(*tree.work, Kind::kFile));
    // Control: the same user without the fence; and reading goes on.
    CHECK(User().MayOpen(tree.home, "secret", kGenericWrite));
    CHECK(User().MayRename(*tree.work, "src", tree.home, "src"));
    CHECK(fenced.MayOpen(tree.home, "secret", kGenericRead));
  }
}

// Delete, rename, replace, and each of them through the directory.
bool MayHarmGit(const Actor& actor, Home* tree) {
  Node* const git = tree->At(".git");
  const Node& work = *tree->work;
  return actor.MayOpen(*git, "config", kGenericWrite) || actor.MayDelete(*git, "config") ||
         actor.MayCreate(*git, Kind::kFile) || actor.MayCreate(*git, Kind::kDirectory) ||
         actor.MayRename(work, ".git", work, "git2") ||
         actor.MayRename(*tree->At("src"), "main.py", *git, "config") ||
         actor.MayOpen(work, ".git", kWriteDac) || actor.MayOpen(*git, "config", kWriteDac);
}

TEST(TreeHoldsAReadOnlySubpathWhereDeletingIsWriting) {
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    Home tree;
    const Actor fenced(FencedToken(), rule);
    // Control: nothing is protected yet.
    CHECK(MayHarmGit(fenced, &tree));
    tree.ProtectGit();
    CHECK_EQ(MayHarmGit(fenced, &tree), rule.write_rights != kWriteRightsWide);
    CHECK(fenced.MayOpen(*tree.At(".git"), "config", kGenericRead));
    CHECK(!fenced.MayOpen(*tree.At(".git"), "config", kGenericWrite));
    CHECK(MayHarmGit(User(), &tree));
    CheckToolsWork(fenced, tree.work);
  }
}

TEST(TreeLosesAReadOnlySubpathToDeleteChildOnItsParent) {
  Home tree(kGrant | kFileDeleteChild);
  tree.ProtectGit();
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    const Actor fenced(FencedToken(), rule);
    CHECK(fenced.MayRename(*tree.work, ".git", *tree.work, "git2"));
  }
}

TEST(TreeLosesAReadOnlySubpathToARenameOfADirectoryAbove) {
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    Home tree;
    Home::Make("hooks", Kind::kDirectory, tree.At("src"));
    Node* const hooks = tree.At("src")->children.at("hooks").get();
    Home::Stamp({AceRequest::Kind::kDeny, kRoot, kProtect, kBelow}, hooks);
    const Actor fenced(FencedToken(), rule);
    CHECK(fenced.MayRename(*tree.work, "src", *tree.work, "moved"));
    // Pinned: the directory above cannot be renamed; its other entries live on.
    Home::Stamp({AceRequest::Kind::kDeny, kRoot, kDelete}, tree.At("src"));
    CHECK_EQ(fenced.MayRename(*tree.work, "src", *tree.work, "moved"),
             rule.write_rights != kWriteRightsWide);
    CheckToolsWork(fenced, tree.At("src"));
  }
}

TEST(TreeDeletesByTheRightOnTheEntryOrOnItsDirectory) {
  Home tree;
  const Actor bob({.user = kBob}, kWriteRestrictedRules[0]);
  Node* const src = tree.At("src");
  CHECK(!bob.MayDelete(*src, "main.py"));
  SetDacl(AclOf({Allow(kBob, kFileDeleteChild, 0)}), src);
  CHECK(bob.MayDelete(*src, "main.py"));
  CHECK(!bob.MayOpen(*src, "main.py", kFileReadAttributes));
  SetDacl(AclOf({Allow(kBob, kFileReadData, 0)}), src);
  CHECK(!bob.MayDelete(*src, "main.py"));
  CHECK(bob.MayOpen(*src, "main.py", kFileReadAttributes));
  SetDacl(AclOf({Allow(kBob, kDelete, kOi | kIo)}), src);
  CHECK(bob.MayDelete(*src, "main.py"));
  CHECK(!bob.MayDelete(*tree.work, "src"));
}

TEST(TreeKeepsTheAclOfWhatIsMoved) {
  Home tree;
  const SecurityDescriptor outside = tree.home.children.at("secret")->security;
  CHECK(User().Rename("secret", &tree.home, "secret", tree.work));
  CHECK(tree.At("secret")->security == outside);
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    CHECK(!Actor(FencedToken(), rule).MayOpen(*tree.work, "secret", kGenericWrite));
  }
}

}  // namespace
}  // namespace ringfence::win
