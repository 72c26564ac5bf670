// A state directory that is not as it was left: no launch goes on with a part of it, or makes it
// anew, because what it said is on the host's files.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "check.h"
#include "stamp_scene.h"
#include "win/acl_report.h"
#include "win/sid_prune.h"

namespace ringfence::win {
namespace {

constexpr const char16_t* kStore = u"C:\\state\\sids";
constexpr const char16_t* kUndo = u"C:\\state\\undo";

using Bytes = std::vector<uint8_t>;

Bytes& ContentsOf(StampScene& scene, const char16_t* file) {
  return scene.disk.contents[&scene.disk.At(file)];
}

std::vector<Bytes> Corruptions(const Bytes& file) {
  std::vector<Bytes> all = {{}, Bytes(file.size(), 0), Bytes(file.begin(), file.end() - 1)};
  all.emplace_back(file.begin(), file.begin() + static_cast<ptrdiff_t>(file.size() / 2));
  // Of version, checksum and payload.
  for (const size_t at : {8U, 16U, 24U}) {
    Bytes changed = file;
    ++changed.at(at);
    all.push_back(changed);
  }
  Bytes twice = file;
  twice.insert(twice.end(), file.begin(), file.end());
  all.push_back(twice);
  return all;
}

// All that reads the state says so, and changes nothing.
void CheckRefused(StampScene& scene, const std::string& stage) {
  const std::string tree = scene.Tree();
  const std::string state = scene.disk.Show(u"C:\\state");
  const auto contents = scene.disk.contents;
  StampLease lease;
  CHECK_EQ(NameOf(scene.Acquire(&lease)), stage);
  CHECK(lease.sids().empty());
  StampRequest read_only;
  read_only.state_directory = scene.request.state_directory;
  CHECK_EQ(NameOf(StampLease::Acquire(scene.process.api(), read_only, &lease)), stage);
  std::vector<AclReport> reports;
  CHECK_EQ(NameOf(ExamineAcls(scene.process.api(), scene.request, &reports)), stage);
  PruneResult pruned;
  CHECK_EQ(NameOf(PruneSids(scene.process.api(), u"C:\\state", 0, &pruned)), stage);
  CHECK_EQ(scene.Tree(), tree);
  CHECK_EQ(scene.disk.Show(u"C:\\state"), state);
  CHECK(scene.disk.contents == contents);
  CHECK_EQ(scene.process.files.open_handles(), 0U);
}

TEST(StampGoesOnWithNoCorruptStore) {
  StampScene scene;
  CHECK(scene.AcquireElsewhere().ok());
  const Bytes good = ContentsOf(scene, kStore);
  for (const Bytes& bad : Corruptions(good)) {
    ContentsOf(scene, kStore) = bad;
    CheckRefused(scene, "windows.sid-store.corrupt");
  }
  // Control.
  ContentsOf(scene, kStore) = good;
  CHECK(scene.AcquireElsewhere().ok());
}

TEST(StampGoesOnWithNoCorruptUndoRecord) {
  StampScene scene;
  scene.CrashWhileWriting();
  const Bytes good = ContentsOf(scene, kUndo);
  for (const Bytes& bad : Corruptions(good)) {
    ContentsOf(scene, kUndo) = bad;
    CheckRefused(scene, "windows.undo.corrupt");
  }
  ContentsOf(scene, kUndo) = good;
  CHECK(scene.AcquireElsewhere().ok());
  CHECK(!scene.disk.Has(kUndo));
}

TEST(StampMakesNoStoreWhereOneWasLost) {
  StampScene scene;
  scene.CrashWhileWriting();
  scene.disk.Remove(kStore);
  CheckRefused(scene, "windows.sid-store.corrupt");
}

// Of a write that the machine did not survive.
TEST(StampIgnoresWhatWasNotPutInPlace) {
  StampScene scene;
  CHECK(scene.AcquireElsewhere().ok());
  scene.disk.AddFile(u"C:\\state\\sids.new");
  scene.disk.AddFile(u"C:\\state\\undo.new");
  CHECK(scene.AcquireElsewhere().ok());
}

}  // namespace
}  // namespace ringfence::win
