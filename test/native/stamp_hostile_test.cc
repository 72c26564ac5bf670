// Trees that are not what they were, or that ACEs cannot protect.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "stamp_scene.h"
#include "win/state_transaction.h"

namespace ringfence::win {
namespace {

// The refusal of a launch, which has changed nothing.
std::string Refusal(StampScene& scene) {
  const std::string before = scene.Tree();
  StampLease lease;
  const Status status = scene.Acquire(&lease);
  CHECK(!status.ok() && lease.sids().empty());
  CHECK_EQ(scene.Tree(), before);
  CHECK_EQ(scene.process.files.open_handles(), 0U);
  CHECK(!scene.disk.Has(u"C:\\state\\undo"));
  return NameOf(status) + (status.path().empty() ? "" : " " + status.path());
}

// The index of a call of this function, the `nth`, in a launch that nothing disturbs.
size_t CallOf(const std::string& name, const std::string& detail, size_t nth = 0) {
  StampScene scene;
  StampLease lease = scene.Acquired();
  const std::vector<FakeCall>& calls = scene.process.calls().fallible();
  for (size_t i = 0; i < calls.size(); ++i) {
    if (calls[i] == FakeCall{name, detail} && nth-- == 0) return i;
  }
  CHECK(false);
  return 0;
}

void ReplaceByJunction(StampScene& scene, std::u16string_view path, std::u16string_view target) {
  scene.disk.Remove(path);
  scene.disk.AddJunction(path, target);
}

TEST(StampFollowsNoJunction) {
  StampScene last;
  ReplaceByJunction(last, u"C:\\w\\.git", u"C:\\other");
  CHECK_EQ(Refusal(last), "windows.path.changed C:\\w\\.git");
  StampScene middle;
  middle.disk.Add(u"C:\\other\\.git\\hooks");
  ReplaceByJunction(middle, u"C:\\w\\sub", u"C:\\other");
  CHECK_EQ(Refusal(middle), "windows.path.changed C:\\w\\sub");
  StampScene root;
  ReplaceByJunction(root, u"C:\\w", u"C:\\other");
  CHECK_EQ(Refusal(root), "windows.path.changed C:\\w");
}

TEST(StampFollowsNoJunctionThatComesBetweenReadingAndWriting) {
  // Opened to be read, then to be written.
  const size_t opened = CallOf("CreateFileW", "\\\\?\\C:\\w\\.git", 1);
  StampScene scene;
  const std::string other = scene.disk.Show(u"C:\\other");
  scene.process.files.Before(opened,
                             [&] { ReplaceByJunction(scene, u"C:\\w\\.git", u"C:\\other"); });
  StampLease lease;
  const Status status = scene.Acquire(&lease);
  CHECK_EQ(NameOf(status) + " " + status.path(), "windows.path.changed C:\\w\\.git");
  CHECK_EQ(scene.disk.Show(u"C:\\other"), other);
  CHECK(!scene.disk.Has(u"C:\\state\\undo"));
}

TEST(StampNoticesASubpathThatIsReplacedWhileItWrites) {
  const size_t opened = CallOf("CreateFileW", "\\\\?\\C:\\w\\.git", 1);
  StampScene other_acl;
  other_acl.process.files.Before(opened, [&] {
    other_acl.disk.Remove(u"C:\\w\\.git");
    other_acl.disk.Add(u"C:\\w\\.git").security.dacl->aces.pop_back();
  });
  StampLease lease;
  CHECK_EQ(NameOf(other_acl.Acquire(&lease)), "windows.path.changed");
  // Between writing and reading back: what was written is taken back from where it is now.
  const size_t written = CallOf("SetSecurityInfo", "C:\\w\\.git");
  StampScene moved;
  const std::string before = moved.disk.Show(u"C:\\w\\.git");
  moved.process.files.Before(written + 1, [&] {
    moved.disk.Move(u"C:\\w\\.git", u"C:\\w\\git");
    moved.disk.Add(u"C:\\w\\.git");
  });
  StampLease of_moved;
  CHECK_EQ(NameOf(moved.Acquire(&of_moved)), "windows.path.changed");
  moved.disk.Remove(u"C:\\w\\.git");
  moved.disk.Move(u"C:\\w\\git", u"C:\\w\\.git");
  CHECK_EQ(moved.disk.Show(u"C:\\w\\.git"), before);
}

TEST(StampMakesNoPlaceholderBehindAJunction) {
  const size_t made = CallOf("CreateDirectoryW", "\\\\?\\C:\\w\\.mcp.json");
  StampScene scene;
  scene.process.files.Before(made, [&] {
    scene.disk.Move(u"C:\\w", u"C:\\elsewhere");
    scene.disk.AddJunction(u"C:\\w", u"C:\\other");
  });
  StampLease lease;
  CHECK_EQ(NameOf(scene.Acquire(&lease)), "windows.path.changed");
  CHECK(!scene.disk.Has(u"C:\\other\\.mcp.json"));
}

TEST(StampTakesNoJunctionForItsPlaceholder) {
  const size_t opened = CallOf("CreateFileW", "\\\\?\\C:\\w\\.mcp.json", 1);
  StampScene scene;
  const std::string other = scene.disk.Show(u"C:\\other");
  scene.process.files.Before(opened,
                             [&] { ReplaceByJunction(scene, u"C:\\w\\.mcp.json", u"C:\\other"); });
  StampLease lease;
  const Status status = scene.Acquire(&lease);
  CHECK_EQ(NameOf(status) + " " + status.path(), "windows.path.changed C:\\w\\.mcp.json");
  CHECK_EQ(scene.disk.Show(u"C:\\other"), other);
}

// A command of before has given its logon session everything: with a pin taken away, the directory
// could go, and the read-only subpath with it.
TEST(StampPinsADirectoryWhoseAclACommandHasMade) {
  StampScene scene;
  const Ace everything = {kAccessAllowedAce, 0, kFileAllAccess, kLogon, {}};
  auto& aces = scene.DaclOf(u"C:\\w\\sub").aces;
  aces.insert(aces.begin(), everything);
  constexpr AccessMask kTakingPinsAway[] = {kWriteDac, kWriteOwner, kDelete, kFileDeleteChild};
  for (const AccessMask right : kTakingPinsAway) {
    CHECK(scene.CommandMay({kLogon}, u"C:\\w\\sub", right));
  }
  std::vector<Sid> sids = scene.Acquired().sids();
  sids.push_back(kLogon);
  for (const AccessMask right : kTakingPinsAway) {
    CHECK(!scene.CommandMay(sids, u"C:\\w\\sub", right));
  }
  CHECK(scene.CommandMay(sids, u"C:\\w\\sub", kFileAddFile));
}

// Commands can read the file of locks, and lock it.
TEST(StampIsNotKeptWaitingForGood) {
  StampScene scene;
  StateTransaction held(scene.process.api(), scene.request.state_directory);
  CHECK(held.Begin().ok());
  FakeAclProcess other(scene.disk);
  StateTransaction waiting(other.api(), scene.request.state_directory);
  constexpr std::chrono::milliseconds kPatience(30);
  const auto start = std::chrono::steady_clock::now();
  const Status status = waiting.Begin(kPatience);
  CHECK_EQ(NameOf(status), "windows.state.lock");
  CHECK_EQ(status.os_code(), kErrorLockViolation);
  CHECK(std::chrono::steady_clock::now() - start >= kPatience);
}

TEST(StampTakesNothingForAPlaceholderThatSomebodyElseMade) {
  const size_t made = CallOf("CreateDirectoryW", "\\\\?\\C:\\w\\.mcp.json");
  StampScene scene;
  scene.process.files.Before(made, [&] { scene.disk.Add(u"C:\\w\\.mcp.json"); });
  StampLease lease;
  CHECK_EQ(NameOf(scene.Acquire(&lease)), "windows.stub.make");
  CHECK(scene.disk.Has(u"C:\\w\\.mcp.json"));
  // The next launch protects it, and it stays.
  CHECK(scene.AcquireElsewhere().ok());
  CHECK(scene.disk.Has(u"C:\\w\\.mcp.json"));
}

// Gone when the pin is read, and back when the denial is: it would be protected where it can go.
TEST(StampNoticesADirectoryThatGoesAndComesBack) {
  const auto prepare = [](StampScene& scene) {
    scene.disk.Add(u"C:\\w\\more\\.git");
    scene.request.steps.insert(
        scene.request.steps.begin(),
        {{AclOperation::kPin, u"C:\\w\\more", {0}, {}, true},
         {AclOperation::kDeny, u"C:\\w\\more\\.git", {0}, StampTarget::kDirectory, true}});
  };
  StampScene calm;
  prepare(calm);
  StampLease lease = calm.Acquired();
  const std::vector<FakeCall>& calls = calm.process.calls().fallible();
  const auto opened =
      std::ranges::find(calls, FakeCall{"CreateFileW", "\\\\?\\C:\\w\\more"}) - calls.begin();
  StampScene scene;
  prepare(scene);
  const auto index = static_cast<size_t>(opened);
  scene.process.files.Before(index, [&] { scene.disk.Move(u"C:\\w\\more", u"C:\\away"); });
  scene.process.files.Before(index + 1, [&] { scene.disk.Move(u"C:\\away", u"C:\\w\\more"); });
  CHECK_EQ(Refusal(scene), "windows.acl.unpinned C:\\w\\more");
}

TEST(StampKeepsAPlaceholderThatIsInUseByNow) {
  StampScene scene;
  {
    StampLease lease = scene.Acquired();
    scene.disk.AddFile(u"C:\\w\\.mcp.json\\of-the-user");
  }
  CHECK(scene.disk.Has(u"C:\\w\\.mcp.json\\of-the-user"));
  // It is the user's from now on, also when it is empty again.
  CHECK(scene.AcquireElsewhere().ok());
  scene.disk.Remove(u"C:\\w\\.mcp.json\\of-the-user");
  CHECK(scene.AcquireElsewhere().ok());
  CHECK(scene.disk.Has(u"C:\\w\\.mcp.json"));
}

TEST(StampMakesAPlaceholderAgainThatSomebodyRemoved) {
  StampScene scene;
  StampLease first = scene.Acquired();
  scene.disk.Remove(u"C:\\w\\.mcp.json");
  StampLease second = scene.Acquired();
  scene.CheckProtected(second.sids());
  CHECK(first.Release().ok());
  CHECK(scene.disk.Has(u"C:\\w\\.mcp.json"));
  CHECK(second.Release().ok());
  CHECK(!scene.disk.Has(u"C:\\w\\.mcp.json"));
}

TEST(StampRefusesWhatAcesCannotHold) {
  StampScene null_dacl;
  null_dacl.disk.At(u"C:\\w\\.git").security.dacl.reset();
  CHECK_EQ(Refusal(null_dacl), "windows.acl.null C:\\w\\.git");
  StampScene order;
  order.DaclOf(u"C:\\w\\sub").aces.push_back({kAccessDeniedAce, 0, kFileWriteData, kBob});
  CHECK_EQ(Refusal(order), "windows.acl.order C:\\w\\sub");
  StampScene volume;
  volume.disk.without_acls = {u"C:\\"};
  CHECK_EQ(Refusal(volume), "windows.state.directory C:\\state");
  StampScene contradiction;
  contradiction.request.steps.push_back({AclOperation::kDeny, u"C:\\w", {0}});
  CHECK_EQ(Refusal(contradiction), "windows.acl.contradiction C:\\w");
  StampScene no_root;
  no_root.request.steps.push_back({AclOperation::kDeny, u"C:\\w\\src", {1}});
  CHECK_EQ(Refusal(no_root), "windows.acl.contradiction C:\\w\\src");
}

TEST(StampRefusesWhatIsNotTheUsersOwn) {
  StampScene scene;
  SecurityDescriptor& security = scene.disk.At(u"C:\\w\\sub").security;
  security.owner = kBob;
  security.is_protected = true;
  security.dacl =
      Acl{kAclRevision, {{kAccessAllowedAce, 0, kFileGenericRead | kFileExecute, kEveryone}}};
  const std::string before = scene.Tree();
  StampLease lease;
  const Status status = scene.Acquire(&lease);
  CHECK_EQ(NameOf(status), "windows.path.open");
  CHECK(status.os_code() == kErrorAccessDenied && status.path() == "C:\\w\\sub");
  CHECK_EQ(scene.Tree(), before);
}

TEST(StampKeepsTheProtectionOfADacl) {
  StampScene scene;
  scene.disk.At(u"C:\\w\\.git").security.is_protected = true;
  scene.disk.At(u"C:\\w\\src").security.is_protected = true;
  StampLease lease = scene.Acquired();
  CHECK(scene.disk.At(u"C:\\w\\.git").security.is_protected);
  CHECK(!scene.CommandMay(lease.sids(), u"C:\\w\\.git", kFileAddFile));
  // The grant does not get in there.
  CHECK(!scene.CommandMay(lease.sids(), u"C:\\w\\src\\main.c", kFileWriteData));
}

TEST(StampLeavesOptionalStepsOut) {
  StampScene scene;
  scene.request.steps.push_back(
      {AclOperation::kDeny, u"C:\\w\\gone", {0}, StampTarget::kDirectory, true});
  scene.request.steps.push_back(
      {AclOperation::kDeny, u"C:\\w\\gone\\x", {0}, StampTarget::kMissing, true});
  scene.request.steps.push_back({AclOperation::kPin, u"C:\\w\\gone", {0}, {}, true});
  StampLease lease = scene.Acquired();
  scene.CheckProtected(lease.sids());
  CHECK(!scene.disk.Has(u"C:\\w\\gone"));
  // Control: not optional.
  StampScene strict;
  strict.request.steps.push_back(
      {AclOperation::kDeny, u"C:\\w\\gone\\x", {0}, StampTarget::kMissing});
  CHECK_EQ(Refusal(strict), "windows.path.open C:\\w\\gone\\x");
  // A directory that is gone is protected like one that never was.
  StampScene gone;
  gone.disk.Remove(u"C:\\w\\.git");
  const StampLease of_gone = gone.Acquired();
  CHECK(!gone.CommandMay(of_gone.sids(), u"C:\\w\\.git", kFileAddFile));
}

}  // namespace
}  // namespace ringfence::win
