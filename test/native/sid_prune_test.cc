#include "win/sid_prune.h"

#include <string>

#include "check.h"
#include "stamp_scene.h"

namespace ringfence::win {
namespace {

// By another process.
PruneResult Prune(StampScene& scene) {
  FakeAclProcess other(scene.disk);
  PruneResult result;
  CHECK_EQ(NameOf(PruneSids(other.api(), u"C:\\state", kPruneDays, &result)), "none");
  CHECK_EQ(other.files.open_handles(), 0U);
  return result;
}

void CheckPruned(StampScene& scene, size_t removed, size_t kept) {
  const PruneResult result = Prune(scene);
  CHECK_EQ(result.removed, removed);
  CHECK_EQ(result.kept, kept);
}

TEST(PruneTakesBackWhatWasNotUsedForLong) {
  StampScene scene;
  const std::string before = scene.Tree();
  CHECK(scene.AcquireElsewhere().ok());
  const std::string stamped = scene.Tree();
  CHECK(stamped != before);
  scene.disk.today += kPruneDays - 1;
  CheckPruned(scene, 0, 1);
  CHECK_EQ(scene.Tree(), stamped);
  // Used again: it counts from now on.
  CHECK(scene.AcquireElsewhere().ok());
  scene.disk.today += kPruneDays - 1;
  CheckPruned(scene, 0, 1);
  scene.disk.today += 1;
  CheckPruned(scene, 1, 0);
  CHECK_EQ(scene.Tree(), before);
  CheckPruned(scene, 0, 0);
  CHECK(scene.AcquireElsewhere().ok());
}

TEST(PruneForgetsRootsThatAreGone) {
  for (const bool is_moved : {false, true}) {
    StampScene scene;
    CHECK(scene.AcquireElsewhere().ok());
    CheckPruned(scene, 0, 1);
    scene.disk.Move(u"C:\\w", u"C:\\elsewhere");
    if (is_moved) scene.disk.AddJunction(u"C:\\w", u"C:\\elsewhere");
    CheckPruned(scene, 1, 0);
  }
}

TEST(PruneKeepsWhatALeaseHolds) {
  StampScene scene;
  StampLease lease = scene.Acquired();
  scene.disk.today += 2 * kPruneDays;
  const std::string before = scene.Tree();
  CheckPruned(scene, 0, 1);
  CHECK_EQ(scene.Tree(), before);
  scene.CheckProtected(lease.sids());
  // Of one lease of two.
  StampLease second = scene.Acquired();
  scene.disk.today += 2 * kPruneDays;
  CHECK(lease.Release().ok());
  CheckPruned(scene, 0, 1);
  scene.CheckProtected(second.sids());
  // Control.
  CHECK(second.Release().ok());
  CheckPruned(scene, 1, 0);
}

TEST(PruneRemembersWhatItCouldNotTakeBack) {
  StampScene scene;
  const std::string before = scene.Tree();
  CHECK(scene.AcquireElsewhere().ok());
  scene.disk.today += kPruneDays;
  FakeAclProcess hindered(scene.disk);
  hindered.calls().FailAll("SetSecurityInfo", Win32Error(kErrorAccessDenied));
  PruneResult result;
  CHECK(PruneSids(hindered.api(), u"C:\\state", kPruneDays, &result).ok());
  CHECK(result.removed == 0 && result.kept == 1);
  CheckPruned(scene, 1, 0);
  CHECK_EQ(scene.Tree(), before);
}

// Otherwise the record would put ACEs back of a SID that nobody remembers.
TEST(PruneRemembersTheSidsOfAnUndoRecordThatItCouldNotCarryOut) {
  StampScene scene;
  CHECK(scene.AcquireElsewhere().ok());
  scene.disk.Add(u"C:\\w\\more");
  scene.request.steps.insert(scene.request.steps.begin(),
                             {AclOperation::kDeny, u"C:\\w\\more", {0}});
  scene.CrashWhileWriting();
  scene.disk.today += kPruneDays;
  FakeAclProcess hindered(scene.disk);
  // The first to be undone cannot be opened; later it can.
  const OsError error = Win32Error(kErrorAccessDenied);
  PruneResult result;
  size_t index = 0;
  {
    StampScene calm;
    CHECK(calm.AcquireElsewhere().ok());
    calm.disk.Add(u"C:\\w\\more");
    calm.request.steps = scene.request.steps;
    calm.CrashWhileWriting();
    CHECK(PruneSids(calm.process.api(), u"C:\\state", 0, &result).ok());
    const std::vector<FakeCall>& calls = calm.process.calls().fallible();
    while (index < calls.size() && calls[index].name != "SetSecurityInfo") ++index;
  }
  hindered.calls().FailAt(index, error);
  CHECK(PruneSids(hindered.api(), u"C:\\state", kPruneDays, &result).ok());
  CHECK(result.removed == 0 && result.kept == 1);
  CHECK(scene.disk.Has(u"C:\\state\\undo"));
  CheckPruned(scene, 1, 0);
  CHECK(scene.Tree().find("(1 ") == std::string::npos);
}

TEST(PruneLeavesAcesOfOthers) {
  StampScene scene;
  CHECK(scene.AcquireElsewhere().ok());
  const Ace other = {kAccessDeniedAce, 0, kFileWriteData, kBob, {}};
  std::vector<Ace>& aces = scene.DaclOf(u"C:\\w\\.git").aces;
  aces.insert(aces.begin(), other);
  scene.disk.today += kPruneDays;
  CheckPruned(scene, 1, 0);
  CHECK(scene.DaclOf(u"C:\\w\\.git").aces.front() == other);
}

TEST(PruneMakesNoState) {
  StampScene scene;
  CheckPruned(scene, 0, 0);
  CHECK(!scene.disk.Has(u"C:\\state"));
}

}  // namespace
}  // namespace ringfence::win
