// Several processes at once, and many roots.
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "stamp_scene.h"
#include "win/sid_prune.h"

namespace ringfence::win {
namespace {

// Whatever the first is doing when the second comes, both get the same, and it is written once.
TEST(StampsOfTwoProcessesDoNotMix) {
  size_t calls = 0;
  std::string tree;
  {
    StampScene scene;
    const StampLease lease = scene.Acquired();
    calls = scene.process.calls().fallible().size();
    tree = scene.TreeOfAnySids();
  }
  for (size_t index = 0; index < calls; index += 3) {
    StampScene scene;
    FakeAclProcess other(scene.disk);
    StampLease of_other;
    Status status;
    std::thread thread;
    scene.process.files.Before(index, [&] {
      thread =
          std::thread([&] { status = StampLease::Acquire(other.api(), scene.request, &of_other); });
    });
    StampLease lease = scene.Acquired();
    thread.join();
    CHECK_EQ(NameOf(status), "none");
    CHECK(lease.sids() == of_other.sids());
    CHECK(scene.process.calls().Called("SetSecurityInfo") !=
          other.calls().Called("SetSecurityInfo"));
    CHECK(scene.TreeOfAnySids() == tree);
    scene.CheckProtected(lease.sids());
  }
}

// Launches, with and without the same root, and pruning.
TEST(StampsOfManyProcessesHoldWhatTheyNeed) {
  StampScene scene;
  const auto launches = [&](const std::string& variant) {
    StampRequest request = scene.request;
    request.roots[0].variant = variant;
    FakeAclProcess process(scene.disk);
    size_t good = 0;
    for (int run = 0; run < 25; ++run) {
      StampLease lease;
      if (!StampLease::Acquire(process.api(), request, &lease).ok()) continue;
      const std::lock_guard<std::mutex> guard(scene.disk.mutex);
      const auto may = [&](const char16_t* path) {
        return scene.CommandMay(lease.sids(), path, kFileWriteData);
      };
      const bool is_protected = scene.disk.Has(u"C:\\w\\.mcp.json") && !may(u"C:\\w\\.mcp.json");
      if (is_protected && may(u"C:\\w\\src\\main.c") && !may(u"C:\\w\\.git\\config")) ++good;
    }
    return good;
  };
  size_t same = 0;
  size_t other = 0;
  size_t pruned = 0;
  std::thread first([&] { same = launches("variant"); });
  std::thread second([&] { other = launches("else"); });
  std::thread third([&] {
    FakeAclProcess process(scene.disk);
    for (int run = 0; run < 25; ++run) {
      PruneResult result;
      if (PruneSids(process.api(), u"C:\\state", 0, &result).ok()) ++pruned;
    }
  });
  first.join();
  second.join();
  third.join();
  CHECK_EQ(same, 25U);
  CHECK_EQ(other, 25U);
  CHECK_EQ(pruned, 25U);
  CHECK(!scene.disk.Has(u"C:\\w\\.mcp.json"));
}

struct Work {
  size_t first;
  size_t again;
};

// The calls of a launch with so many roots: each with a read-only subpath, one that is missing, and
// directories on the way.
Work CallsFor(size_t roots) {
  FakeDisk disk;
  StampRequest request;
  request.state_directory = u"C:\\state";
  for (size_t i = 0; i < roots; ++i) {
    const std::string number = std::to_string(i);
    const std::u16string root = u"C:\\r" + std::u16string(number.begin(), number.end());
    disk.Add(root + u"\\sub\\.git");
    request.roots.push_back({root, "v"});
    for (const AclStep& step :
         std::vector<AclStep>{{AclOperation::kPin, root, {}, {}},
                              {AclOperation::kPin, root + u"\\sub", {}, {}},
                              {AclOperation::kDeny, root + u"\\sub\\.git", {}, {}},
                              {AclOperation::kGrant, root, {}, {}}}) {
      request.steps.push_back({step.operation, step.path, {i}});
    }
    request.steps.push_back({AclOperation::kDeny, root + u"\\.vscode", {i}, StampTarget::kMissing});
  }
  const auto launch = [&] {
    FakeAclProcess process(disk);
    StampLease lease;
    CHECK_EQ(NameOf(StampLease::Acquire(process.api(), request, &lease)), "none");
    CHECK_EQ(lease.sids().size(), roots);
    CHECK(lease.Release().ok());
    return process.calls().all().size();
  };
  return {launch(), launch()};
}

TEST(StampsOfManyRootsTakeCallsInProportion) {
  const Work few = CallsFor(25);
  const Work more = CallsFor(50);
  const Work many = CallsFor(100);
  CHECK(few.first > 25 * 10);
  CHECK_EQ(many.first - more.first, 2 * (more.first - few.first));
  CHECK_EQ(many.again - more.again, 2 * (more.again - few.again));
  CHECK(many.again < many.first);
}

}  // namespace
}  // namespace ringfence::win
