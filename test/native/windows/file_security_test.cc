// ACLs of files, through the calls of the running system. Only Windows itself keeps them.
#include <windows.h>
// After <windows.h>, whose types it needs.
#include <aclapi.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "check.h"
#include "sids.h"
#include "win/acl_edit.h"
#include "win/acl_report.h"
#include "win/api/windows_api.h"
#include "win/exact_path.h"
#include "win/sid_prune.h"
#include "win/stamp.h"
#include "windows/temp_tree.h"
#include "windows/wine.h"

namespace ringfence::win {
namespace {

using test::CanonicalPath;
using test::TempTree;
using test::UnderWine;

constexpr char kNoAcls[] = "Wine stores no ACLs of files";
constexpr uint8_t kBelow = kObjectInherit | kContainerInherit;

std::string NameOf(const Status& status) {
  return StageName(static_cast<uint32_t>(status.stage()));
}

FileSecurity SecurityOf(const std::u16string& path) {
  FileSecurity security;
  UniqueHandle file;
  CHECK_EQ(NameOf(OpenExact(WindowsApi(), path, kReadControl, &file)), "none");
  CHECK(WindowsFile().ReadSecurity(file.get(), &security).ok());
  return security;
}

Acl DaclOf(const std::u16string& path) {
  Acl acl;
  CHECK(DecodeAcl(SecurityOf(path).dacl, &acl) == AclError::kNone);
  return acl;
}

void Write(const std::u16string& path, const Acl& acl) {
  UniqueHandle file;
  CHECK_EQ(NameOf(OpenExact(WindowsApi(), path, kReadControl | kWriteDac, &file)), "none");
  CHECK_EQ(NameOf(WriteDacl(WindowsApi(), Stage::kWinAclWrite, path, file.get(), acl)), "none");
}

// With the ACEs that it has.
void Protect(const std::u16string& path) {
  std::wstring wide(path.begin(), path.end());
  Acl acl = DaclOf(path);
  for (Ace& ace : acl.aces) ace.flags &= static_cast<uint8_t>(~kInherited);
  std::vector<uint8_t> dacl;
  CHECK(EncodeAcl(acl, &dacl) == AclError::kNone);
  CHECK_EQ(SetNamedSecurityInfoW(wide.data(), SE_FILE_OBJECT,
                                 DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                                 nullptr, nullptr, reinterpret_cast<PACL>(dacl.data()), nullptr),
           DWORD{ERROR_SUCCESS});
}

// What the ACL has of one SID.
std::vector<Ace> AcesOf(const Sid& sid, const Acl& acl) {
  std::vector<Ace> aces;
  std::ranges::copy_if(acl.aces, std::back_inserter(aces),
                       [&](const Ace& ace) { return ace.basic() && ace.sid == sid; });
  return aces;
}

Acl Without(const Sid& sid, Acl acl) {
  std::erase_if(acl.aces, [&](const Ace& ace) { return ace.basic() && ace.sid == sid; });
  return acl;
}

TEST(WhatIsWrittenToADaclIsReadBackAndHandedDown) {
  if (UnderWine()) return SKIP(kNoAcls);
  TempTree tree;
  const std::u16string file = tree.AddFile(u"file");
  const std::u16string directory = tree.AddDirectory(u"directory");
  const Acl before = DaclOf(tree.path());
  Acl changed = before;
  const AceRequest deny = {AceRequest::Kind::kDeny, kOtherRoot, kDeniedRights, kBelow};
  const AceRequest grant = {AceRequest::Kind::kAllow, kRoot, kGrantedRights, kBelow};
  CHECK(MergeAce(deny, &changed) && MergeAce(grant, &changed));
  Write(tree.path(), changed);
  CHECK(DaclOf(tree.path()) == changed);
  const std::u16string later = tree.AddFile(u"later");
  for (const std::u16string& path : {tree.path(), file, directory, later}) {
    CHECK(IsEffective(grant, DaclOf(path)) || path == file || path == later);
    CHECK(IsEffectiveHere(grant, DaclOf(path)));
    CHECK(IsDeniedFirst({deny.kind, deny.sid, deny.mask, 0}, DaclOf(path)));
  }
  CHECK(AcesOf(kRoot, DaclOf(file)).at(0).inherited());
  // Taken back, it goes from what is below.
  Write(tree.path(), before);
  for (const std::u16string& path : {tree.path(), file, directory, later}) {
    CHECK(AcesOf(kRoot, DaclOf(path)).empty() && AcesOf(kOtherRoot, DaclOf(path)).empty());
  }
  CHECK(DaclOf(tree.path()) == before);
}

TEST(TheProtectionOfADaclStaysAsItIs) {
  if (UnderWine()) return SKIP(kNoAcls);
  TempTree tree;
  const std::u16string guarded = tree.AddDirectory(u"guarded");
  const std::u16string open = tree.AddDirectory(u"open");
  Protect(guarded);
  for (const std::u16string& path : {guarded, open}) {
    Acl acl = DaclOf(path);
    CHECK(MergeAce({AceRequest::Kind::kAllow, kRoot, kGrantedRights, kBelow}, &acl));
    Write(path, acl);
    CHECK_EQ(SecurityOf(path).is_protected, path == guarded);
    CHECK_EQ(AcesOf(kRoot, DaclOf(path)).size(), 1U);
  }
  // Nothing from above comes in, and that is how it is seen.
  Acl above = DaclOf(tree.path());
  CHECK(MergeAce({AceRequest::Kind::kAllow, kOtherRoot, kGrantedRights, kBelow}, &above));
  Write(tree.path(), above);
  CHECK(AcesOf(kOtherRoot, DaclOf(guarded)).empty());
  CHECK_EQ(AcesOf(kOtherRoot, DaclOf(open)).size(), 1U);
}

// 100 ns since 1601, of anything about the file. Writing an ACL changes it, whatever is written.
int64_t ChangeTime(const std::u16string& path) {
  UniqueHandle file;
  CHECK_EQ(NameOf(OpenExact(WindowsApi(), path, 0, &file)), "none");
  FILE_BASIC_INFO basic = {};
  const auto handle = reinterpret_cast<HANDLE>(static_cast<uintptr_t>(file.get()));
  CHECK(GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof(basic)) != FALSE);
  return basic.ChangeTime.QuadPart;
}

struct RealScene {
  RealScene() {
    for (const char16_t* name : {u"work", u"work\\src", u"work\\.git", u"work\\sub",
                                 u"work\\sub\\.git", u"work\\sub\\.git\\hooks"}) {
      tree.AddDirectory(name);
    }
    tree.AddFile(u"work\\src\\main.c");
    tree.AddFile(u"work\\.git\\config");
    const auto step = [&](AclOperation operation, const char16_t* name, StampTarget target = {}) {
      request.steps.push_back({operation, tree.At(name), {0}, target});
    };
    request.state_directory = tree.At(u"state");
    request.roots = {{tree.At(u"work"), "variant"}};
    step(AclOperation::kPin, u"work");
    step(AclOperation::kPin, u"work\\sub");
    step(AclOperation::kPin, u"work\\sub\\.git");
    step(AclOperation::kDeny, u"work\\.git");
    step(AclOperation::kDeny, u"work\\sub\\.git\\hooks");
    step(AclOperation::kDeny, u"work\\.vscode", StampTarget::kMissing);
    step(AclOperation::kGrant, u"work");
  }

  StampLease Acquired() const {
    StampLease lease;
    CHECK_EQ(NameOf(StampLease::Acquire(WindowsApi(), request, &lease)), "none");
    return lease;
  }

  // Whether the first ACE of the SID that names the right grants it.
  bool Grants(const Sid& sid, const char16_t* name, AccessMask right) const {
    return IsEffectiveHere({AceRequest::Kind::kAllow, sid, right, 0}, DaclOf(tree.At(name)));
  }

  TempTree tree;
  StampRequest request;
};

TEST(StampsAreEffectiveOnThisDisk) {
  if (UnderWine()) return SKIP(kNoAcls);
  RealScene scene;
  const Acl before = DaclOf(scene.tree.At(u"work"));
  const Acl below = DaclOf(scene.tree.At(u"work\\.git\\config"));
  StampLease lease = scene.Acquired();
  if (lease.sids().empty()) return;
  const Sid sid = lease.sids().at(0);
  CHECK(scene.Grants(sid, u"work\\src\\main.c", kFileWriteData | kDelete));
  CHECK(!scene.Grants(sid, u"work", kDelete));
  CHECK(!scene.Grants(sid, u"work\\.git\\config", kFileWriteData));
  CHECK(!scene.Grants(sid, u"work\\sub", kDelete));
  CHECK(scene.Grants(sid, u"work\\sub", kFileAddFile));
  CHECK(!scene.Grants(sid, u"work\\sub\\.git\\hooks", kFileAddFile));
  CHECK(!scene.Grants(sid, u"work\\.vscode", kFileAddFile));
  std::vector<AclReport> reports;
  CHECK_EQ(NameOf(ExamineAcls(WindowsApi(), scene.request, &reports)), "none");
  CHECK_EQ(reports.size(), scene.request.steps.size());
  for (const AclReport& report : reports) {
    CHECK(report.stamped && report.effective && !report.would_write && report.failure.ok());
  }
  CHECK_EQ(NameOf(lease.Release()), "none");
  CHECK(CanonicalPath(scene.tree.At(u"work\\.vscode")).empty());
  // Taken back, nothing is left.
  PruneResult pruned;
  CHECK_EQ(NameOf(PruneSids(WindowsApi(), scene.request.state_directory, 0, &pruned)), "none");
  CHECK_EQ(pruned.removed, 1U);
  CHECK(DaclOf(scene.tree.At(u"work")) == before);
  CHECK(DaclOf(scene.tree.At(u"work\\.git\\config")) == below);
}

TEST(StampsAreWrittenOnceOnThisDisk) {
  if (UnderWine()) return SKIP(kNoAcls);
  RealScene scene;
  const std::u16string file = scene.tree.At(u"work\\src\\main.c");
  const int64_t original = ChangeTime(file);
  Sleep(50);
  const StampLease first = scene.Acquired();
  const int64_t stamped = ChangeTime(file);
  // Control: this is how a write shows.
  CHECK(stamped != original);
  Sleep(50);
  const StampLease second = scene.Acquired();
  CHECK_EQ(ChangeTime(file), stamped);
  CHECK(first.sids() == second.sids());
}

TEST(StampsOfThisDiskLeaveTheAcesOfOthers) {
  if (UnderWine()) return SKIP(kNoAcls);
  RealScene scene;
  Acl own = DaclOf(scene.tree.At(u"work\\.git"));
  CHECK(MergeAce({AceRequest::Kind::kDeny, kBob, kFileWriteEa, 0}, &own));
  Write(scene.tree.At(u"work\\.git"), own);
  const StampLease lease = scene.Acquired();
  if (lease.sids().empty()) return;
  CHECK(Without(lease.sids().at(0), DaclOf(scene.tree.At(u"work\\.git"))) == own);
}

}  // namespace
}  // namespace ringfence::win
