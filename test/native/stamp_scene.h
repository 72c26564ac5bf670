// A disk with a root as they are, and the request to stamp it.
#ifndef RINGFENCE_TEST_NATIVE_STAMP_SCENE_H_
#define RINGFENCE_TEST_NATIVE_STAMP_SCENE_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "sids.h"
#include "win/stamp.h"
#include "win_fake_acl_process.h"

namespace ringfence::win {

// The stage of a status, as it is written in reports.
inline std::string NameOf(const Status& status) {
  return StageName(static_cast<uint32_t>(status.stage()));
}

struct StampScene {
  StampScene() : process(disk) {
    disk.AddFile(u"C:\\w\\src\\main.c");
    disk.AddFile(u"C:\\w\\.git\\config");
    disk.Add(u"C:\\w\\sub\\.git\\hooks");
    disk.Add(u"C:\\other");
    request.state_directory = u"C:\\state";
    request.roots = {{u"C:\\w", "variant"}};
    request.steps = {
        {AclOperation::kPin, u"C:\\w", {0}},
        {AclOperation::kPin, u"C:\\w\\sub", {0}},
        {AclOperation::kPin, u"C:\\w\\sub\\.git", {0}},
        {AclOperation::kDeny, u"C:\\w\\.git", {0}},
        {AclOperation::kDeny, u"C:\\w\\sub\\.git\\hooks", {0}},
        {AclOperation::kDeny, u"C:\\w\\.mcp.json", {0}, StampTarget::kMissing},
        {AclOperation::kGrant, u"C:\\w", {0}},
    };
  }

  Status Acquire(StampLease* lease) { return StampLease::Acquire(process.api(), request, lease); }
  // By another process, which ends with the lease.
  Status AcquireElsewhere() {
    FakeAclProcess other(disk);
    StampLease lease;
    const Status status = StampLease::Acquire(other.api(), request, &lease);
    if (status.ok()) CheckProtected(lease.sids());
    CHECK(lease.Release().ok());
    CHECK_EQ(other.files.open_handles(), 0U);
    return status;
  }
  // A process ends after the first DACL that it wrote: that and its undo record stay.
  void CrashWhileWriting() {
    constexpr size_t kMoreThanAllCalls = 2000;
    FakeAclProcess crashing(disk);
    for (size_t index = 0; index < kMoreThanAllCalls; ++index) {
      crashing.files.Before(index, [&crashing, index] {
        if (crashing.calls().Called("SetSecurityInfo")) crashing.files.CrashAt(index);
      });
    }
    bool crashed = false;
    try {
      StampLease lease;
      (void)StampLease::Acquire(crashing.api(), request, &lease);
    } catch (const FakeCrash&) {
      crashed = true;
    }
    CHECK(crashed);
  }
  // Of a path that has one.
  Acl& DaclOf(const char16_t* path) {
    std::optional<Acl>& dacl = disk.At(path).security.dacl;
    CHECK(dacl.has_value());
    if (!dacl) dacl.emplace();
    return *dacl;
  }
  StampLease Acquired() {
    StampLease lease;
    CHECK_EQ(NameOf(Acquire(&lease)), "none");
    return lease;
  }

  // Everything but the state.
  std::string Tree() { return disk.Show(u"C:", u"C:\\state"); }
  // The same, with capability SIDs as the numbers of their first occurrence.
  std::string TreeOfAnySids() {
    const std::string tree = Tree();
    std::map<std::string, size_t> known = {{kAlice.ToText(), 0}};
    std::string shown;
    for (size_t at = 0; at < tree.size();) {
      const size_t next = std::min(tree.find("S-1-5-21-", at), tree.size());
      shown.append(tree, at, next - at);
      const size_t end = std::min(tree.find(' ', next), tree.size());
      if (next < tree.size()) {
        const auto sid = known.try_emplace(tree.substr(next, end - next), known.size()).first;
        shown += "#" + std::to_string(sid->second);
      }
      at = end;
    }
    return shown;
  }

  // What a launch relies on.
  void CheckProtected(const std::vector<Sid>& sids) {
    CHECK(CommandMay(sids, u"C:\\w\\src\\main.c", kFileWriteData));
    CHECK(!CommandMay(sids, u"C:\\w\\.git\\config", kFileWriteData));
    CHECK(!CommandMay(sids, u"C:\\w\\sub", kDelete));
    CHECK(!CommandMay(sids, u"C:\\w\\sub\\.git\\hooks", kFileAddFile));
    CHECK(!CommandMay(sids, u"C:\\w\\.mcp.json", kFileAddFile));
    CHECK(!CommandMay(sids, u"C:\\other", kFileAddFile));
  }

  // Whether a command of Alice with these restricting SIDs may.
  bool CommandMay(std::vector<Sid> sids, std::u16string_view path, AccessMask access) {
    const FakePlace place = disk.Find(path, LinkMode::kOpenLink);
    Token token;
    token.user = kAlice;
    token.restriction = Restriction::kWrites;
    token.restricting = std::move(sids);
    return Actor(token, {}).MayOpen(*place.directory, place.name, access);
  }

  FakeDisk disk;
  FakeAclProcess process;
  StampRequest request;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_STAMP_SCENE_H_
