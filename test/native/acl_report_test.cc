#include "win/acl_report.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "check.h"
#include "stamp_scene.h"

namespace ringfence::win {
namespace {

std::vector<AclReport> Examine(StampScene& scene) {
  const std::string before = scene.disk.Show(u"C:");
  FakeAclProcess other(scene.disk);
  std::vector<AclReport> reports;
  CHECK_EQ(NameOf(ExamineAcls(other.api(), scene.request, &reports)), "none");
  CHECK_EQ(other.files.open_handles(), 0U);
  // Nothing is written, not even the state directory.
  CHECK_EQ(scene.disk.Show(u"C:"), before);
  for (const char* name : {"SetSecurityInfo", "WriteFile", "MoveFileExW", "CreateDirectoryW"}) {
    CHECK(!other.calls().Called(name));
  }
  return reports;
}

const AclReport& Of(const std::vector<AclReport>& reports, AclOperation operation,
                    const std::u16string& path, const StampScene& scene) {
  const auto found = std::ranges::find_if(reports, [&](const AclReport& report) {
    return report.path == path && scene.request.steps[report.step].operation == operation;
  });
  CHECK(found != reports.end());
  return found == reports.end() ? reports.front() : *found;
}

TEST(ReportTellsWhatAFirstLaunchWouldDo) {
  StampScene scene;
  const std::vector<AclReport> reports = Examine(scene);
  CHECK_EQ(reports.size(), scene.request.steps.size());
  std::set<std::u16string> to_write;
  for (const AclReport& report : reports) {
    CHECK(report.sid.empty() && !report.stamped && !report.effective && report.rights == 0);
    CHECK(report.failure.ok() && report.would_write);
    to_write.insert(report.path);
  }
  const AclReport& grant = Of(reports, AclOperation::kGrant, u"C:\\w", scene);
  CHECK(grant.propagates);
  CHECK_EQ(grant.reason, "has no entry yet");
  CHECK(!Of(reports, AclOperation::kPin, u"C:\\w\\sub", scene).propagates);
  CHECK_EQ(Of(reports, AclOperation::kDeny, u"C:\\w\\.mcp.json", scene).reason,
           "does not exist: an empty directory will stand for it");
  // That is what it then does.
  StampLease lease = scene.Acquired();
  const std::vector<FakeCall>& calls = scene.process.calls().all();
  CHECK_EQ(std::ranges::count(calls, "SetSecurityInfo", &FakeCall::name),
           static_cast<ptrdiff_t>(to_write.size()));
}

TEST(ReportTellsWhatIsThere) {
  StampScene scene;
  const StampLease lease = scene.Acquired();
  scene.request.steps.push_back(
      {AclOperation::kDeny, u"C:\\w\\.git\\config", {0}, StampTarget::kFile});
  const std::vector<AclReport> reports = Examine(scene);
  for (const AclReport& report : reports) {
    CHECK_EQ(report.sid, lease.sids().at(0).ToText());
    CHECK(report.effective && !report.would_write && !report.propagates && report.failure.ok());
    CHECK_EQ(report.stamped, report.path != u"C:\\w\\.git\\config");
  }
  CHECK_EQ(reports.back().reason, "inherited from a directory above");
  const AclReport& grant = Of(reports, AclOperation::kGrant, u"C:\\w", scene);
  CHECK_EQ(grant.reason, "has an entry of its own");
  CHECK_EQ(grant.rights, kGrantedRights & ~kPinnedRights);
  // Of what is inherited from the root, for reading.
  const AclReport& denial = Of(reports, AclOperation::kDeny, u"C:\\w\\.git", scene);
  CHECK_EQ(denial.rights, kGrantedRights & ~kDeniedRights);
}

TEST(ReportTellsWhatWasTakenAway) {
  StampScene scene;
  const StampLease lease = scene.Acquired();
  std::vector<Ace>& aces = scene.DaclOf(u"C:\\w\\.git").aces;
  aces.insert(aces.begin(), {kAccessAllowedAce, 0, kFileWriteData, kEveryone, {}});
  std::erase_if(scene.DaclOf(u"C:\\w\\sub").aces,
                [](const Ace& ace) { return ace.type == kAccessDeniedAce; });
  const std::vector<AclReport> reports = Examine(scene);
  const AclReport& denial = Of(reports, AclOperation::kDeny, u"C:\\w\\.git", scene);
  CHECK(denial.stamped && !denial.effective && denial.would_write && denial.propagates);
  CHECK_EQ(denial.reason, "its entry is not effective");
  const AclReport& pin = Of(reports, AclOperation::kPin, u"C:\\w\\sub", scene);
  CHECK(!pin.stamped && !pin.effective && pin.would_write && !pin.propagates);
}

TEST(ReportTellsWhatALaunchWouldBeRefusedFor) {
  StampScene scene;
  scene.disk.At(u"C:\\w\\.git").security.dacl.reset();
  scene.disk.Remove(u"C:\\w\\sub\\.git\\hooks");
  scene.disk.AddJunction(u"C:\\w\\sub\\.git\\hooks", u"C:\\other");
  scene.request.steps.push_back({AclOperation::kPin, u"C:\\w\\gone", {0}});
  scene.request.steps.push_back({AclOperation::kPin, u"C:\\w\\gone2", {0}, {}, true});
  const std::vector<AclReport> reports = Examine(scene);
  const auto failure = [&](AclOperation operation, const std::u16string& path) {
    const AclReport& report = Of(reports, operation, path, scene);
    if (!report.failure.ok()) CHECK_EQ(report.reason, NameOf(report.failure));
    CHECK(!report.effective && !report.would_write);
    return NameOf(report.failure);
  };
  CHECK_EQ(failure(AclOperation::kDeny, u"C:\\w\\.git"), "windows.acl.null");
  CHECK_EQ(failure(AclOperation::kDeny, u"C:\\w\\sub\\.git\\hooks"), "windows.path.changed");
  CHECK_EQ(failure(AclOperation::kPin, u"C:\\w\\gone"), "windows.path.open");
  CHECK_EQ(failure(AclOperation::kPin, u"C:\\w\\gone2"), "none");
  StampLease lease;
  CHECK(!scene.Acquire(&lease).ok());
}

}  // namespace
}  // namespace ringfence::win
