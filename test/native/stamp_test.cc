#include "win/stamp.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "sids.h"
#include "stamp_scene.h"

namespace ringfence::win {
namespace {

TEST(StampGivesARootToItsSidAndProtectsWhatItHolds) {
  StampScene scene;
  StampLease lease = scene.Acquired();
  CHECK_EQ(lease.sids().size(), 1U);
  const Sid& sid = lease.sids().at(0);
  const auto may = [&](std::u16string_view path, AccessMask access) {
    return scene.CommandMay({sid}, path, access);
  };
  CHECK(may(u"C:\\w\\src\\main.c", kFileWriteData));
  CHECK(may(u"C:\\w\\src\\main.c", kDelete));
  CHECK(!may(u"C:\\w\\.git\\config", kFileWriteData));
  CHECK(!may(u"C:\\w\\.git", kDelete));
  CHECK(!may(u"C:\\w\\sub", kDelete));
  CHECK(may(u"C:\\w\\sub", kFileAddFile));
  CHECK(!may(u"C:\\w\\sub\\.git\\hooks", kFileAddFile));
  CHECK(!may(u"C:\\w\\.mcp.json", kFileAddFile));
  CHECK(!may(u"C:\\other", kFileAddFile));
  // Another SID gets nothing.
  CHECK(!scene.CommandMay({kOtherRoot}, u"C:\\w\\src\\main.c", kFileWriteData));
}

TEST(StampOfAnUnchangedTreeWritesNothing) {
  StampScene scene;
  StampLease first = scene.Acquired();
  const std::string before = scene.Tree();
  const std::string state = scene.disk.Show(u"C:\\state");
  FakeAclProcess other(scene.disk);
  StampLease second;
  CHECK(StampLease::Acquire(other.api(), scene.request, &second).ok());
  CHECK_EQ(other.files.changes(), 0U);
  CHECK(!other.calls().Called("MoveFileExW") && !other.calls().Called("WriteFile"));
  CHECK_EQ(scene.Tree(), before);
  CHECK_EQ(scene.disk.Show(u"C:\\state"), state);
  CHECK(second.sids() == first.sids());
}

TEST(StampPlaceholdersGoWithTheirLastLease) {
  StampScene scene;
  CHECK(!scene.disk.Has(u"C:\\w\\.mcp.json"));
  StampLease first = scene.Acquired();
  StampLease second = scene.Acquired();
  CHECK(scene.disk.Has(u"C:\\w\\.mcp.json"));
  CHECK(first.Release().ok());
  CHECK(scene.disk.Has(u"C:\\w\\.mcp.json"));
  CHECK(second.Release().ok());
  CHECK(!scene.disk.Has(u"C:\\w\\.mcp.json"));
  CHECK(second.Release().ok());
  CHECK_EQ(scene.process.files.open_handles(), 0U);
  // Whoever made it keeps it as well.
  StampLease maker = scene.Acquired();
  CHECK(scene.Acquired().Release().ok());
  CHECK(scene.disk.Has(u"C:\\w\\.mcp.json"));
  CHECK(maker.Release().ok());
  CHECK(!scene.disk.Has(u"C:\\w\\.mcp.json"));
}

TEST(StampOfAReadOnlyLaunchHasASidOfItsOwn) {
  StampScene scene;
  const std::string before = scene.Tree();
  scene.request.roots.clear();
  scene.request.steps.clear();
  StampLease lease = scene.Acquired();
  CHECK_EQ(lease.sids().size(), 1U);
  CHECK(scene.Acquired().sids() == lease.sids());
  CHECK_EQ(scene.Tree(), before);
}

TEST(StampCarriesOnlyTheSidsOfItsRoots) {
  StampScene scene;
  const StampLease lease = scene.Acquired();
  StampRequest other;
  other.state_directory = scene.request.state_directory;
  other.roots = {{u"C:\\other", "v"}};
  other.steps = {{AclOperation::kGrant, u"C:\\other", {0}}};
  StampLease of_other;
  CHECK(StampLease::Acquire(scene.process.api(), other, &of_other).ok());
  CHECK(of_other.sids().size() == 1 && of_other.sids() != lease.sids());
  // The same root with other protections is another one.
  StampRequest variant = scene.request;
  variant.roots[0].variant = "else";
  StampLease of_variant;
  CHECK(StampLease::Acquire(scene.process.api(), variant, &of_variant).ok());
  CHECK(of_variant.sids() != lease.sids());
}

}  // namespace
}  // namespace ringfence::win
