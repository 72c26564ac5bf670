// Every call of a stamping fails, or is the last thing that its process does.
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "stamp_scene.h"

namespace ringfence::win {
namespace {

using Prepare = std::function<void(StampScene&)>;

// Stamped before, and there is more to protect now, and the placeholder of a process that is gone.
void Grow(StampScene& scene) {
  CHECK(scene.AcquireElsewhere().ok());
  FakeAclProcess crashed(scene.disk);
  StampLease lease;
  CHECK(StampLease::Acquire(crashed.api(), scene.request, &lease).ok());
  crashed.files.CrashAt(crashed.calls().fallible().size());
  bool has_crashed = false;
  try {
    (void)lease.Release();
  } catch (const FakeCrash&) {
    has_crashed = true;
  }
  CHECK(has_crashed);
  scene.disk.Add(u"C:\\w\\more\\.git\\hooks");
  scene.request.steps.insert(scene.request.steps.begin(),
                             {{AclOperation::kDeny, u"C:\\w\\more\\.git\\hooks", {0}},
                              {AclOperation::kPin, u"C:\\w\\more\\.git", {0}},
                              {AclOperation::kPin, u"C:\\w\\more", {0}}});
}

const std::vector<Prepare>& Preparations() {
  static const std::vector<Prepare> all = {[](StampScene&) {}, Grow};
  return all;
}

struct Golden {
  size_t calls;
  std::string tree;
};

// What happens when nothing fails.
Golden MakeGolden(const Prepare& prepare) {
  StampScene scene;
  prepare(scene);
  StampLease lease = scene.Acquired();
  CHECK(lease.Release().ok());
  return {scene.process.calls().fallible().size(), scene.TreeOfAnySids()};
}

// A next process finds what it needs, whatever has happened.
void CheckHeals(StampScene& scene, const Golden& golden) {
  CHECK_EQ(NameOf(scene.AcquireElsewhere()), "none");
  CHECK(scene.TreeOfAnySids() == golden.tree);
  CHECK(!scene.disk.Has(u"C:\\state\\undo"));
}

void CheckFailure(const Status& status, OsError error) {
  CHECK(status.kind() == error.kind && status.os_code() == error.code);
  CHECK(*StageSyscall(static_cast<uint32_t>(status.stage())) != '\0');
}

// Fails from `index` on: that call only, or all.
void RunWithFault(const Prepare& prepare, const Golden& golden, size_t index, size_t count,
                  OsError error) {
  StampScene scene;
  prepare(scene);
  const std::string before = scene.Tree();
  for (size_t i = 0; i < count; ++i) scene.process.calls().FailAt(index + i, error);
  {
    StampLease lease;
    const Status status = scene.Acquire(&lease);
    if (!status.ok()) {
      CheckFailure(status, error);
      CHECK(lease.sids().empty());
      // What of others was left over may have been swept before.
      const bool same = scene.Tree() == before || scene.TreeOfAnySids().size() < before.size();
      CHECK(same || scene.disk.Has(u"C:\\state\\undo"));
    } else {
      scene.CheckProtected(lease.sids());
      (void)lease.Release();
    }
  }
  CHECK_EQ(scene.process.files.open_handles(), 0U);
  CheckHeals(scene, golden);
}

constexpr OsError kDenied = {ErrorKind::kWin32, kErrorAccessDenied};
constexpr OsError kUnreported = {ErrorKind::kUnreported, 0};
constexpr size_t kFollowing = 1000;

TEST(StampUndoesWhatItDidWhenAnyCallFails) {
  for (const Prepare& prepare : Preparations()) {
    const Golden golden = MakeGolden(prepare);
    CHECK(golden.calls > 100);
    for (size_t index = 0; index < golden.calls; ++index) {
      for (const OsError error : {kDenied, kUnreported}) {
        RunWithFault(prepare, golden, index, 1, error);
      }
    }
  }
}

TEST(StampLeavesARecordWhenItCannotUndo) {
  for (const Prepare& prepare : Preparations()) {
    const Golden golden = MakeGolden(prepare);
    for (size_t index = 0; index < golden.calls; ++index) {
      RunWithFault(prepare, golden, index, kFollowing, kDenied);
    }
  }
}

TEST(StampIsHealedAfterACrashAnywhere) {
  for (const Prepare& prepare : Preparations()) {
    const Golden golden = MakeGolden(prepare);
    for (size_t index = 0; index < golden.calls; ++index) {
      StampScene scene;
      prepare(scene);
      scene.process.files.CrashAt(index);
      bool crashed = false;
      try {
        StampLease lease;
        CHECK(scene.Acquire(&lease).ok());
        CHECK(lease.Release().ok());
      } catch (const FakeCrash&) {
        crashed = true;
      }
      CHECK(crashed);
      CHECK_EQ(scene.process.files.open_handles(), 0U);
      CheckHeals(scene, golden);
    }
  }
}

TEST(StampReadsAndWritesItsStateInPieces) {
  StampScene scene;
  scene.process.files.chunk = 7;
  StampLease lease = scene.Acquired();
  scene.CheckProtected(lease.sids());
  const std::vector<Sid>& sids = lease.sids();
  CHECK(scene.Acquired().sids() == sids);
}

}  // namespace
}  // namespace ringfence::win
