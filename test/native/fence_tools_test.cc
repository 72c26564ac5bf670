// What the property says in general, by name: tools that work in a fence, ways out of it that are
// closed, and the two that are known to be open.
#include <string>

#include "check.h"
#include "fence_run.h"
#include "sids.h"
#include "tool_patterns.h"
#include "tree_path.h"

namespace ringfence::win {
namespace {

using Kind = FileOperation::Kind;
using Fence = FenceOracle::Fence;

constexpr uint8_t kBelow = kObjectInherit | kContainerInherit;
constexpr uint32_t kVariant = 7;

Ace Allow(const Sid& sid, uint8_t flags = kBelow) {
  return {kAccessAllowedAce, flags, kFileAllAccess, sid, {}};
}

MadeFile File() { return {.kind = Node::Kind::kFile, .owner = kAlice}; }
MadeFile Directory() { return {.owner = kAlice}; }

// Two roots, `work` and `data`. In `work`, .git and docs\api are read-only, and so is the missing
// .vscode, for which a directory stands.
struct Workspace {
  Workspace() : tree({.owner = kAlice, .aces = {Allow(kAlice)}, .is_protected = true}) {
    for (const char* path : {"work", "work\\src", "work\\.git", "work\\docs", "work\\docs\\api",
                             "work\\.vscode", "data"}) {
      tree.Add(path, Directory());
    }
    for (const char* path : {"secret", "work\\src\\main.py", "work\\.git\\config",
                             "work\\docs\\api\\index.md", "work\\docs\\guide.md", "data\\rows"}) {
      tree.Add(path, File());
    }
    policy = {{"work", "data"}, {"work\\.git", "work\\docs\\api", "work\\.vscode"}};
  }

  // The tree is not changed any more.
  void Raise() {
    model = tree.ToModel();
    CHECK(Stamp(policy, kVariant, PlanMistake::kNone, &model).refusal == AclRefusal::kNone);
  }

  Actor Command(const WriteRestrictedRule& rule = kWriteRestrictedRules[0],
                Fence fence = Fence::kStrict) const {
    return {FencedToken(policy, kVariant, fence), rule};
  }

  bool May(const FileOperation& operation, const Actor& actor) const {
    CHECK(IsPossible(operation, model));
    return MayPerform(operation, actor, model);
  }

  // Refused in the fence, and not otherwise.
  bool IsFencedOff(const FileOperation& operation) const {
    return !May(operation, Command()) && !May(operation, Command(kWriteRestrictedRules[1])) &&
           May(operation, Command(kWriteRestrictedRules[0], Fence::kNone));
  }

  MadeTree tree;
  FencePolicy policy;
  Node model;
};

// The number of steps that were allowed; the first that is refused ends it.
size_t StepsDone(const ToolPattern& tool, const std::string& directory, const Actor& actor,
                 Node* top) {
  size_t done = 0;
  for (const FileOperation& step : tool.work(Join(directory, "name"))) {
    CHECK(IsPossible(step, *top));
    if (!MayPerform(step, actor, *top)) break;
    Perform(step, actor, top);
    ++done;
  }
  return done;
}

void CheckWorks(const ToolPattern& tool) {
  const size_t steps = tool.work("name").size();
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    Workspace space;
    space.Raise();
    const Actor command = space.Command(rule);
    Perform({Kind::kCreateDirectory, "work\\src\\made"}, command, &space.model);
    for (const char* directory : {"work", "work\\src", "work\\src\\made", "work\\docs", "data"}) {
      CHECK_EQ(StepsDone(tool, directory, command, &space.model), steps);
    }
    for (const char* directory : {"", "work\\.git", "work\\docs\\api", "work\\.vscode"}) {
      CHECK_EQ(StepsDone(tool, directory, command, &space.model), 0U);
    }
  }
}

}  // namespace

TEST(FenceLetsFilesBeReplacedAtomically) { CheckWorks({"", AtomicReplace}); }
TEST(FenceLetsTemporaryDirectoriesComeAndGo) { CheckWorks({"", TemporaryDirectory}); }
TEST(FenceLetsPythonCompile) { CheckWorks({"", PyCompile}); }
TEST(FenceLetsSqliteCommit) { CheckWorks({"", SqliteJournal}); }
TEST(FenceLetsPackagesBeInstalled) { CheckWorks({"", PackageInstall}); }

TEST(FenceKeepsFilesOutsideOfRoots) {
  Workspace space;
  space.Raise();
  for (const Kind kind : {Kind::kOverwrite, Kind::kAppend, Kind::kSetAttributes, Kind::kRemove,
                          Kind::kChangeAcl, Kind::kChangeOwner}) {
    CHECK(space.IsFencedOff({kind, "secret"}));
  }
  CHECK(space.IsFencedOff({Kind::kCreateFile, "new"}));
  CHECK(space.May({Kind::kRead, "secret"}, space.Command()));
}

TEST(FenceMovesNothingIntoOrOutOfRoots) {
  Workspace space;
  space.Raise();
  CHECK(space.IsFencedOff({Kind::kRename, "secret", "work\\secret"}));
  CHECK(space.IsFencedOff({Kind::kRename, "work\\src", "src"}));
  CHECK(space.IsFencedOff({Kind::kRename, "work", "elsewhere"}));
  CHECK(space.IsFencedOff({Kind::kRename, "work", "data\\work"}));
  CHECK(space.IsFencedOff({Kind::kReplace, "work\\src\\main.py", "secret"}));
  // Control: from one root to the other.
  CHECK(space.May({Kind::kRename, "work\\src", "data\\src"}, space.Command()));
}

// A file outside would get a name inside, where it could be written.
TEST(FenceLinksNothingIntoRoots) {
  Workspace space;
  space.Raise();
  CHECK(space.IsFencedOff({Kind::kLink, "secret", "work\\link"}));
  CHECK(space.IsFencedOff({Kind::kLink, "work\\.git\\config", "work\\link"}));
  CHECK(space.IsFencedOff({Kind::kLink, "data\\rows", "work\\.git\\link"}));
  CHECK(space.May({Kind::kLink, "data\\rows", "work\\link"}, space.Command()));
}

TEST(FenceKeepsReadOnlySubpaths) {
  Workspace space;
  space.Raise();
  for (const char* path : {"work\\.git\\config", "work\\docs\\api\\index.md"}) {
    CHECK(space.IsFencedOff({Kind::kOverwrite, path}));
    CHECK(space.IsFencedOff({Kind::kRemove, path}));
    CHECK(space.IsFencedOff({Kind::kReplace, "work\\src\\main.py", path}));
    CHECK(space.IsFencedOff({Kind::kRename, path, "work\\gone"}));
  }
  CHECK(space.IsFencedOff({Kind::kRename, "work\\.git", "work\\.git2"}));
  CHECK(space.IsFencedOff({Kind::kRemove, "work\\.vscode"}));
  CHECK(space.IsFencedOff({Kind::kCreateFile, "work\\.vscode\\tasks.json"}));
}

TEST(FenceKeepsDirectoriesAboveReadOnlySubpaths) {
  Workspace space;
  space.Raise();
  CHECK(space.IsFencedOff({Kind::kRename, "work\\docs", "work\\docs2"}));
  CHECK(space.IsFencedOff({Kind::kRename, "work\\docs", "data\\docs"}));
  CHECK(space.IsFencedOff({Kind::kDeleteThrough, "work\\docs"}));
  CHECK(space.May({Kind::kRename, "work\\docs\\guide.md", "data\\guide.md"}, space.Command()));
}

TEST(FenceGivesNoPermissionsAway) {
  Workspace space;
  space.Raise();
  for (const char* path : {"work", "work\\src", "work\\src\\main.py", "work\\.git"}) {
    CHECK(space.IsFencedOff({Kind::kChangeAcl, path}));
    CHECK(space.IsFencedOff({Kind::kChangeOwner, path}));
  }
  // Nor of what the command has made.
  CHECK(space.May({Kind::kCreateFile, "work\\new"}, space.Command()));
  Perform({Kind::kCreateFile, "work\\new"}, space.Command(), &space.model);
  CHECK(space.IsFencedOff({Kind::kChangeAcl, "work\\new"}));
}

// What would be made there has the ACE of the root and no other, and so the user itself cannot open
// it. It is refused.
TEST(FenceWouldMakeFilesOfNobodyWhereNothingElseIsHandedDown) {
  Workspace space;
  MadeFile* const data = space.tree.Find("data");
  data->is_protected = true;
  data->aces = {Allow(kAlice, 0)};
  space.model = space.tree.ToModel();
  const Actor user = space.Command(kWriteRestrictedRules[0], Fence::kNone);
  // Control: nothing at all is handed down, so that the token's default is what it gets.
  CHECK(Stamp(space.policy, kVariant, PlanMistake::kNone, &space.model).refusal ==
        AclRefusal::kNotInheriting);
  Perform({Kind::kCreateFile, "data\\before"}, user, &space.model);
  CHECK(space.May({Kind::kOverwrite, "data\\before"}, user));
  SetDacl(
      {kAclRevision, {Allow(kAlice, 0), {kAccessAllowedAce, kBelow, kGrantedRights, kRoot, {}}}},
      FindNode("data", &space.model));
  Perform({Kind::kCreateFile, "data\\after"}, user, &space.model);
  CHECK(!space.May({Kind::kOverwrite, "data\\after"}, user));
  CHECK(!space.May({Kind::kRead, "data\\after"}, user));
}

// The price of Everyone among the restricting SIDs. `open`: what everyone may write.
void CheckIsOpenToEveryoneOnly(const Workspace& space, const char* open) {
  const FileOperation overwrite = {Kind::kOverwrite, open};
  CHECK(!space.May(overwrite, space.Command()));
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    CHECK(space.May(overwrite, space.Command(rule, Fence::kEveryone)));
    CHECK(!space.May({Kind::kOverwrite, "secret"}, space.Command(rule, Fence::kEveryone)));
    CHECK(!space.May({Kind::kOverwrite, "work\\docs\\api\\index.md"},
                     space.Command(rule, Fence::kEveryone)));
  }
}

TEST(FenceWithEveryoneLeavesOpenWhatEveryoneMayWriteOutside) {
  Workspace space;
  space.tree.Find("secret")->aces = {};
  space.tree.Add("shared", File())->aces = {Allow(kEveryone, 0)};
  space.Raise();
  CheckIsOpenToEveryoneOnly(space, "shared");
}

TEST(FenceWithEveryoneLeavesExplicitGrantsOpenBelowAReadOnlySubpath) {
  Workspace space;
  space.tree.Find("work\\.git\\config")->aces = {Allow(kEveryone, 0)};
  space.Raise();
  CheckIsOpenToEveryoneOnly(space, "work\\.git\\config");
}

TEST(FenceWithEveryoneLeavesProtectedDaclsOpenBelowAReadOnlySubpath) {
  Workspace space;
  MadeFile* const config = space.tree.Find("work\\.git\\config");
  config->is_protected = true;
  config->aces = {Allow(kEveryone, 0)};
  space.Raise();
  CheckIsOpenToEveryoneOnly(space, "work\\.git\\config");
}

// Of the subpath itself the denial comes first.
TEST(FenceWithEveryoneKeepsAReadOnlySubpathThatEveryoneMayWrite) {
  Workspace space;
  space.tree.Find("work\\.git")->aces = {Allow(kEveryone)};
  space.Raise();
  const Actor command = space.Command(kWriteRestrictedRules[0], Fence::kEveryone);
  CHECK(!space.May({Kind::kCreateFile, "work\\.git\\new"}, command));
  CHECK(!space.May({Kind::kOverwrite, "work\\.git\\config"}, command));
}

TEST(FenceDoesNotKeepFilesWithoutADacl) {
  Workspace space;
  space.tree.Find("work\\.git\\config")->null_dacl = true;
  space.Raise();
  CHECK(space.May({Kind::kOverwrite, "work\\.git\\config"}, space.Command()));
  CHECK(!space.May({Kind::kCreateFile, "work\\.git\\new"}, space.Command()));
}

TEST(FenceIsNotHandedDownToProtectedDacls) {
  Workspace space;
  MadeFile* const source = space.tree.Find("work\\src");
  source->is_protected = true;
  source->aces = {Allow(kAlice)};
  space.Raise();
  CHECK(space.IsFencedOff({Kind::kOverwrite, "work\\src\\main.py"}));
  CHECK(space.IsFencedOff({Kind::kCreateFile, "work\\src\\new"}));
  CHECK(space.May({Kind::kOverwrite, "work\\docs\\guide.md"}, space.Command()));
}

}  // namespace ringfence::win
