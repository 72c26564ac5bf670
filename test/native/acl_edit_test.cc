#include "win/acl_edit.h"

#include <utility>
#include <vector>

#include "check.h"
#include "random.h"
#include "sids.h"

namespace ringfence::win {
namespace {

using Kind = AceRequest::Kind;

constexpr uint8_t kBelow = kObjectInherit | kContainerInherit;
constexpr AccessMask kWrite = kFileGenericWrite | kDelete;

Ace Allow(const Sid& sid, AccessMask mask, uint8_t flags = 0) {
  return {kAccessAllowedAce, flags, mask, sid};
}

Ace Deny(const Sid& sid, AccessMask mask, uint8_t flags = 0) {
  return {kAccessDeniedAce, flags, mask, sid};
}

Acl AclOf(std::vector<Ace> aces) { return {kAclRevision, std::move(aces)}; }

Acl Merged(const AceRequest& request, Acl acl) {
  CHECK(MergeAce(request, &acl));
  return acl;
}

const AceRequest kGrant = {Kind::kAllow, kRoot, kWrite, kBelow};
const AceRequest kDenial = {Kind::kDeny, kRoot, kWrite, kBelow};

TEST(AclEditPutsEachKindAtItsPlace) {
  const Ace denied = Deny(kBob, kDelete);
  const Ace allowed = Allow(kAlice, kFileAllAccess);
  const Ace inherited_denied = Deny(kBob, kFileWriteData, kInherited);
  const Ace inherited = Allow(kSystem, kFileAllAccess, kInherited | kBelow);
  const Acl acl = AclOf({denied, allowed, inherited_denied, inherited});
  const Ace grant = Allow(kRoot, kWrite, kBelow);
  const Ace denial = Deny(kRoot, kWrite, kBelow);

  CHECK(Merged(kGrant, {}) == AclOf({grant}));
  CHECK(Merged(kDenial, {}) == AclOf({denial}));
  CHECK(Merged(kGrant, acl) == AclOf({denied, grant, allowed, inherited_denied, inherited}));
  CHECK(Merged(kDenial, acl) == AclOf({denial, denied, allowed, inherited_denied, inherited}));
  CHECK(Merged(kDenial, Merged(kGrant, acl)) ==
        AclOf({denial, denied, grant, allowed, inherited_denied, inherited}));
  CHECK(Merged(kGrant, AclOf({inherited})) == AclOf({grant, inherited}));
}

TEST(AclEditKnowsTheCanonicalOrder) {
  CHECK(IsCanonical({}));
  CHECK(IsCanonical(AclOf({Deny(kBob, 1), Allow(kBob, 1), Deny(kBob, 1, kInherited),
                           Allow(kBob, 1, kInherited), Deny(kBob, 1, kInherited)})));
  CHECK(!IsCanonical(AclOf({Allow(kBob, 1), Deny(kAlice, 1)})));
  CHECK(!IsCanonical(AclOf({Allow(kBob, 1, kInherited), Allow(kBob, 1)})));
  CHECK(!IsCanonical(AclOf({Allow(kBob, 1), {kAccessDeniedObjectAce, 0, 0, {}, {}}})));
  CHECK(IsCanonical(AclOf({{kAccessDeniedCallbackAce, 0, 0, {}, {}}, Allow(kBob, 1)})));
}

TEST(AclEditNeverReordersTheAcesOfOthers) {
  // Alice may delete although a denial stands behind: that is how somebody wanted it.
  const Ace allowed = Allow(kAlice, kDelete);
  const Ace denied = Deny(kAlice, kDelete);
  CHECK(Merged(kDenial, AclOf({allowed, denied})) ==
        AclOf({Deny(kRoot, kWrite, kBelow), allowed, denied}));
  CHECK(Merged(kGrant, AclOf({allowed, denied})) ==
        AclOf({allowed, denied, Allow(kRoot, kWrite, kBelow)}));
}

TEST(AclEditAddsRightsToTheAceThatIsThere) {
  const Acl acl = AclOf({Allow(kRoot, kFileGenericRead, kBelow), Allow(kAlice, kDelete)});
  CHECK(Merged(kGrant, acl) ==
        AclOf({Allow(kRoot, kFileGenericRead | kWrite, kBelow), Allow(kAlice, kDelete)}));
  // Other flags are another ACE, and so are an inherited one and another kind.
  for (const Ace& other : {Allow(kRoot, kWrite), Allow(kRoot, kWrite, kBelow | kInherited),
                           Deny(kRoot, kDelete, kBelow), Allow(kOtherRoot, kWrite, kBelow)}) {
    CHECK_EQ(Merged(kGrant, AclOf({other})).aces.size(), 2U);
  }
}

TEST(AclEditChangesNothingTheSecondTime) {
  for (const AceRequest& request : {kGrant, kDenial}) {
    Acl acl = AclOf({Deny(kBob, kDelete), Allow(kAlice, kFileAllAccess, kInherited)});
    CHECK(!IsEffective(request, acl));
    CHECK(MergeAce(request, &acl));
    CHECK(IsEffective(request, acl));
    const Acl once = acl;
    CHECK(!MergeAce(request, &acl));
    CHECK(acl == once);
  }
}

TEST(AclGrantIsEffectiveByInheritanceAndInParts) {
  const auto effective = [](std::vector<Ace> aces) {
    return IsEffective(kGrant, AclOf(std::move(aces)));
  };
  CHECK(effective({Allow(kRoot, kWrite, kBelow)}));
  CHECK(effective({Allow(kRoot, kFileAllAccess, kBelow)}));
  CHECK(effective({Allow(kRoot, kWrite, kBelow | kInherited)}));
  CHECK(effective({Allow(kRoot, kGenericAll, kBelow | kInherited)}));
  CHECK(effective({Allow(kRoot, kFileGenericWrite, kBelow), Allow(kRoot, kDelete, kBelow)}));
  CHECK(effective({Allow(kRoot, kWrite), Allow(kRoot, kWrite, kBelow | kInheritOnly)}));
  CHECK(effective({Allow(kRoot, kWrite, kObjectInherit), Allow(kRoot, kWrite, kContainerInherit)}));
  // A denial of something else, or behind the grant.
  CHECK(effective({Deny(kRoot, kWriteDac, kBelow), Allow(kRoot, kWrite, kBelow)}));
  CHECK(effective({Allow(kRoot, kWrite, kBelow), Deny(kRoot, kWrite, kBelow | kInherited)}));

  CHECK(!effective({}));
  CHECK(!effective({Allow(kOtherRoot, kFileAllAccess, kBelow)}));
  CHECK(!effective({Allow(kRoot, kFileGenericWrite, kBelow)}));
  CHECK(!effective({Allow(kRoot, kWrite)}));
  CHECK(!effective({Allow(kRoot, kWrite, kObjectInherit)}));
  CHECK(!effective({Allow(kRoot, kWrite, kContainerInherit)}));
  CHECK(!effective({Allow(kRoot, kWrite, kBelow | kInheritOnly)}));
  CHECK(!effective({Allow(kRoot, kWrite, kBelow | kNoPropagateInherit)}));
  CHECK(!effective({Deny(kRoot, kDelete, kBelow), Allow(kRoot, kWrite, kBelow)}));
  CHECK(!effective({Deny(kRoot, kGenericWrite), Allow(kRoot, kWrite, kBelow)}));
  CHECK(!effective(
      {Deny(kRoot, kDelete, kObjectInherit | kInheritOnly), Allow(kRoot, kWrite, kBelow)}));
  CHECK(!effective({{kAccessAllowedCallbackAce, kBelow, 0, {}, {}}}));
}

TEST(AclDenialIsEffectiveOnlyBeforeAGrant) {
  const auto effective = [](std::vector<Ace> aces) {
    return IsEffective(kDenial, AclOf(std::move(aces)));
  };
  CHECK(effective({Deny(kRoot, kWrite, kBelow)}));
  CHECK(effective({Deny(kRoot, kWrite, kBelow | kInherited)}));
  CHECK(effective({Deny(kRoot, kWrite, kBelow), Allow(kRoot, kWrite, kBelow | kInherited)}));
  CHECK(effective({Allow(kRoot, kFileExecute, kBelow), Deny(kRoot, kWrite, kBelow)}));
  // Nobody grants it, but nobody denies it either: an ACE of tomorrow could grant.
  CHECK(!effective({}));
  CHECK(!effective({Allow(kRoot, kDelete, kBelow), Deny(kRoot, kWrite, kBelow)}));
}

TEST(AclGrantAfterADenialIsMergedButNotEffective) {
  Acl acl = AclOf({Deny(kRoot, kDelete)});
  CHECK(MergeAce(kGrant, &acl));
  CHECK(!IsEffective(kGrant, acl));
}

TEST(AclEditIsUndoneForEveryAcl) {
  const Sid sids[] = {kAlice, kBob, kEveryone, kSystem};
  const uint8_t flags[] = {0, kBelow, kInherited, kInherited | kBelow, kObjectInherit};
  test::Random random(4);
  for (int i = 0; i < 20000; ++i) {
    Acl acl;
    for (size_t n = random.Below(6); n > 0; --n) {
      const auto type = static_cast<uint8_t>(random.Below(2));
      acl.aces.push_back(
          {type, flags[random.Below(5)], random.Bits() & kFileAllAccess, sids[random.Below(4)]});
    }
    const Acl before = acl;
    const bool canonical = IsCanonical(acl);
    const AceRequest& request = random.OneIn(2) ? kGrant : kDenial;
    CHECK(MergeAce(request, &acl));
    CHECK(IsEffective(request, acl));
    CHECK_EQ(IsCanonical(acl), canonical);
    CHECK_EQ(RemoveAces(kRoot, &acl), 1U);
    CHECK(acl == before);
  }
}

TEST(AclEditLeavesInheritedAndForeignAcesWhenItRemoves) {
  const Ace inherited = Allow(kRoot, kWrite, kInherited | kBelow);
  const Ace foreign = Allow(kOtherRoot, kWrite, kBelow);
  const Ace unknown = {0x77, 0, 0, kRoot, {1, 2, 3, 4}};
  Acl acl = AclOf({Deny(kRoot, kWrite), foreign, Allow(kRoot, kWrite, kBelow), unknown, inherited});
  CHECK_EQ(RemoveAces(kRoot, &acl), 2U);
  CHECK(acl == AclOf({foreign, unknown, inherited}));
  CHECK_EQ(RemoveAces(kRoot, &acl), 0U);
}

}  // namespace
}  // namespace ringfence::win
