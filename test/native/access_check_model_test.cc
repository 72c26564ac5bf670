#include "access_check_model.h"

#include <utility>
#include <vector>

#include "check.h"
#include "random.h"
#include "sids.h"

namespace ringfence::win {
namespace {

constexpr WriteRestrictedRule kRule = kWriteRestrictedRules[0];

Ace Allow(const Sid& sid, AccessMask mask, uint8_t flags = 0) {
  return {kAccessAllowedAce, flags, mask, sid};
}

Ace Deny(const Sid& sid, AccessMask mask, uint8_t flags = 0) {
  return {kAccessDeniedAce, flags, mask, sid};
}

// Owned by SYSTEM, so that nothing is implicit.
SecurityDescriptor Object(std::vector<Ace> aces, const Sid& owner = kSystem) {
  return {owner, Acl{kAclRevision, std::move(aces)}};
}

Token TokenOf(const Sid& user, std::vector<Group> groups = {}) {
  return {.user = user, .groups = std::move(groups)};
}

Token Restricted(Token token, Restriction restriction, std::vector<Sid> restricting) {
  token.restriction = restriction;
  token.restricting = std::move(restricting);
  return token;
}

bool Allowed(const SecurityDescriptor& object, const Token& token, AccessMask desired,
             const WriteRestrictedRule& rule = kRule) {
  return CheckAccess(object, token, desired, rule) != 0;
}

// "DACLs and ACEs" on learn.microsoft.com: one user is denied by name, a group may write, all may
// read.
TEST(AccessOfTheDocumentedExample) {
  const Sid group(5, {21, 10, 20, 30, 2001});
  const auto object =
      Object({Deny(kAlice, kGenericRead | kGenericWrite | kGenericExecute),
              Allow(group, kFileWriteData), Allow(kEveryone, kFileReadData | kFileExecute)});
  const std::vector<Group> groups = {{group}, {kEveryone}};
  CHECK(!Allowed(object, TokenOf(kAlice, groups), kFileReadData));
  CHECK(!Allowed(object, TokenOf(kAlice, groups), kFileWriteData));
  CHECK(Allowed(object, TokenOf(kBob, groups), kFileWriteData | kFileReadData | kFileExecute));
  CHECK(Allowed(object, TokenOf(kBob, {{kEveryone}}), kFileReadData));
  CHECK(!Allowed(object, TokenOf(kBob, {{kEveryone}}), kFileReadData | kFileWriteData));
}

// "Null DACLs and Empty DACLs".
TEST(AccessWithoutADaclIsFullAndWithAnEmptyOneNone) {
  CHECK(Allowed({kSystem, std::nullopt}, TokenOf(kAlice), kGenericAll));
  CHECK(!Allowed(Object({}), TokenOf(kAlice), kFileReadAttributes));
  CHECK(!Allowed({kSystem, std::nullopt}, TokenOf(kAlice), 0));
}

// "Order of ACEs in a DACL".
TEST(AccessIsDecidedByTheFirstAceForEachRight) {
  CHECK(Allowed(Object({Allow(kAlice, kDelete), Deny(kAlice, kDelete)}), TokenOf(kAlice), kDelete));
  CHECK(
      !Allowed(Object({Deny(kAlice, kDelete), Allow(kAlice, kDelete)}), TokenOf(kAlice), kDelete));
  CHECK(!Allowed(
      Object({Allow(kAlice, kFileReadData), Deny(kAlice, kDelete), Allow(kAlice, kFileAllAccess)}),
      TokenOf(kAlice), kFileReadData | kDelete));
}

TEST(AccessIgnoresAcesThatAreOnlyInherited) {
  const auto object =
      Object({Deny(kAlice, kFileAllAccess, kInheritOnly | kObjectInherit),
              Allow(kAlice, kFileReadData), Allow(kAlice, kDelete, kInheritOnly | kObjectInherit)});
  CHECK(Allowed(object, TokenOf(kAlice), kFileReadData));
  CHECK(!Allowed(object, TokenOf(kAlice), kDelete));
}

// "SID Attributes in an Access Token": SE_GROUP_USE_FOR_DENY_ONLY.
TEST(AccessOfADenyOnlyGroupIsTakenButNotGiven) {
  const auto object = Object({Deny(kUsers, kDelete), Allow(kAdministrators, kFileWriteData),
                              Allow(kAlice, kDelete | kFileReadData)});
  const Token token = TokenOf(kAlice, {{kAdministrators, true}, {kUsers, true}});
  CHECK(Allowed(object, token, kFileReadData));
  CHECK(!Allowed(object, token, kDelete));
  CHECK(!Allowed(object, token, kFileWriteData));
  CHECK(Allowed(object, TokenOf(kAlice, {{kAdministrators}}), kDelete | kFileWriteData));
  Token user_deny_only = token;
  user_deny_only.user_deny_only = true;
  CHECK(!Allowed(object, user_deny_only, kFileReadData));
}

TEST(AccessOfTheOwnerIsImplicit) {
  const auto object = Object({Deny(kAlice, kFileAllAccess)}, kAlice);
  CHECK(Allowed(object, TokenOf(kAlice), kReadControl | kWriteDac));
  CHECK(!Allowed(object, TokenOf(kAlice), kWriteOwner));
  CHECK(!Allowed(object, TokenOf(kBob), kReadControl));
  CHECK(Allowed(Object({}, kAdministrators), TokenOf(kBob, {{kAdministrators}}), kWriteDac));
  CHECK(!Allowed(Object({}, kAdministrators), TokenOf(kBob, {{kAdministrators, true}}), kWriteDac));
}

// "Well-known SIDs": Owner Rights.
TEST(AccessOfTheOwnerIsWhatOwnerRightsSays) {
  const auto object = Object({Allow(kOwnerRights, kReadControl)}, kAlice);
  CHECK(Allowed(object, TokenOf(kAlice), kReadControl));
  CHECK(!Allowed(object, TokenOf(kAlice), kWriteDac));
  CHECK(!Allowed(object, TokenOf(kBob), kReadControl));
  CHECK(Allowed(Object({Allow(kOwnerRights, kReadControl, kInheritOnly | kObjectInherit)}, kAlice),
                TokenOf(kAlice), kWriteDac));
}

TEST(AccessAsMuchAsAllowed) {
  const auto object = Object({Deny(kAlice, kDelete), Allow(kAlice, kGenericRead | kDelete)});
  CHECK_EQ(CheckAccess(object, TokenOf(kAlice), kMaximumAllowed, kRule), kFileGenericRead);
  CHECK_EQ(CheckAccess(object, TokenOf(kAlice), kMaximumAllowed | kDelete, kRule), 0U);
  CHECK_EQ(CheckAccess(object, TokenOf(kBob), kMaximumAllowed, kRule), 0U);
}

// "Restricted Tokens": both checks have to grant.
TEST(AccessOfARestrictedTokenIsCheckedTwice) {
  const auto object = Object({Deny(kOtherRoot, kFileExecute), Allow(kAlice, kFileAllAccess),
                              Allow(kRoot, kFileReadData | kFileExecute | kDelete)});
  const auto token = [](std::vector<Sid> sids) {
    return Restricted(TokenOf(kAlice), Restriction::kEverything, std::move(sids));
  };
  CHECK(Allowed(object, token({kRoot}), kFileReadData | kDelete));
  CHECK(!Allowed(object, token({kRoot}), kFileWriteData));
  CHECK(!Allowed(object, token({kOtherRoot}), kFileReadData));
  CHECK(!Allowed(object, token({}), kFileReadData));
  // A denial counts when its SID is a restricting one only.
  CHECK(Allowed(object, token({kRoot}), kFileExecute));
  CHECK(!Allowed(object, token({kRoot, kOtherRoot}), kFileExecute));
  // The restricting SIDs give nothing that the user does not have.
  CHECK(!Allowed(Object({Allow(kRoot, kFileAllAccess)}), token({kRoot}), kFileReadData));
}

TEST(AccessOfARestrictedOwnerIsImplicitOnlyInBothChecks) {
  const auto object = Object({}, kAlice);
  const Token token = Restricted(TokenOf(kAlice), Restriction::kEverything, {kRoot});
  CHECK(!Allowed(object, token, kReadControl));
  CHECK(Allowed(object, Restricted(token, Restriction::kEverything, {kRoot, kAlice}), kWriteDac));
}

TEST(AccessOfAWriteRestrictedTokenIsCheckedTwiceForWriting) {
  const auto mine = Object({Allow(kAlice, kFileAllAccess)});
  const auto stamped =
      Object({Allow(kAlice, kFileAllAccess), Allow(kRoot, kFileGenericRead | kFileGenericWrite)});
  const auto protect = Object({Deny(kRoot, kFileAllAccess), Allow(kAlice, kFileAllAccess)});
  const Token token = Restricted(TokenOf(kAlice), Restriction::kWrites, {kRoot});
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    for (const auto* object : {&mine, &stamped, &protect}) {
      CHECK(Allowed(*object, token, kFileGenericRead | kFileExecute, rule));
    }
    CHECK(!Allowed(mine, token, kFileWriteData, rule));
    CHECK(!Allowed(protect, token, kFileWriteData, rule));
    CHECK(Allowed(stamped, token, kFileGenericRead | kFileGenericWrite, rule));
    CHECK(!Allowed(stamped, Restricted(token, Restriction::kWrites, {kOtherRoot}), kFileWriteData,
                   rule));
    // No restricting SID at all: reading is left.
    CHECK(!Allowed(stamped, Restricted(token, Restriction::kWrites, {}), kFileWriteData, rule));
    CHECK(Allowed(stamped, Restricted(token, Restriction::kWrites, {}), kFileReadData, rule));
  }
}

TEST(AccessToWhatEveryoneMayWriteIsOpenWhenEveryoneIsARestrictingSid) {
  const auto shared = Object({Allow(kEveryone, kFileAllAccess)});
  const Token user = TokenOf(kAlice, {{kEveryone}});
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    CHECK(!Allowed(shared, Restricted(user, Restriction::kWrites, {kRoot}), kFileWriteData, rule));
    CHECK(Allowed(shared, Restricted(user, Restriction::kWrites, {kRoot, kEveryone}),
                  kFileWriteData, rule));
  }
}

// Where the readings of WRITE_RESTRICTED differ: what a plan may not rest on.
TEST(AccessThatDependsOnHowWriteRestrictedIsRead) {
  const auto mine = Object({Allow(kAlice, kFileAllAccess)});
  const auto write_only =
      Object({Allow(kAlice, kFileAllAccess), Allow(kRoot, kFileWriteData | kDelete)});
  const Token token = Restricted(TokenOf(kAlice), Restriction::kWrites, {kRoot});
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    const bool wide = rule.write_rights == kWriteRightsWide;
    for (const AccessMask right : {kDelete, kFileDeleteChild, kWriteDac, kWriteOwner}) {
      CHECK_EQ(Allowed(mine, token, right, rule), !wide);
    }
    const bool by_right = rule.gate == WriteRestrictedRule::Gate::kRights;
    CHECK_EQ(Allowed(write_only, token, kFileReadData | kFileWriteData, rule), by_right);
    CHECK_EQ(Allowed(write_only, token, kDelete | kFileReadAttributes, rule), by_right || !wide);
    CHECK_EQ(CheckAccess(write_only, token, kMaximumAllowed, rule),
             (kFileAllAccess & ~rule.write_rights) | kFileWriteData | (wide ? kDelete : 0U));
  }
}

// The pseudocode of [MS-DTYP] 2.5.3.2, line by line: it stops as soon as the answer is known.
bool AllowedByPseudocode(const Acl& dacl, const Sid& owner, const Token& token,
                         AccessMask desired) {
  const auto has = [&](const Sid& sid, bool for_denial) {
    if (sid == token.user) return true;
    for (const Group& group : token.groups) {
      if (group.sid == sid && (for_denial || !group.deny_only)) return true;
    }
    return false;
  };
  AccessMask remaining = desired;
  bool owner_rights = false;
  for (const Ace& ace : dacl.aces) {
    owner_rights |= ace.sid == kOwnerRights && (ace.flags & kInheritOnly) == 0;
  }
  if (has(owner, false) && !owner_rights) remaining &= ~(kReadControl | kWriteDac);
  for (const Ace& ace : dacl.aces) {
    if (remaining == 0) return true;
    if ((ace.flags & kInheritOnly) != 0) continue;
    const Sid& sid = ace.sid == kOwnerRights ? owner : ace.sid;
    if (ace.type == kAccessDeniedAce && has(sid, true) && (ace.mask & remaining) != 0) return false;
    if (ace.type == kAccessAllowedAce && has(sid, false)) remaining &= ~ace.mask;
  }
  return remaining == 0;
}

TEST(AccessIsThatOfThePseudocodeForEveryRequest) {
  const Sid sids[] = {kAlice, kBob, kUsers, kAdministrators, kEveryone, kOwnerRights};
  test::Random random(5);
  size_t allowed = 0;
  for (int i = 0; i < 50000; ++i) {
    std::vector<Ace> aces;
    for (size_t n = random.Below(6); n > 0; --n) {
      const auto flags = static_cast<uint8_t>(random.OneIn(5) ? kInheritOnly | kObjectInherit : 0);
      aces.push_back({static_cast<uint8_t>(random.Below(2)), flags,
                      random.Bits() & random.Bits() & kFileAllAccess, sids[random.Below(6)]});
    }
    const Acl dacl = {kAclRevision, std::move(aces)};
    const Sid& owner = sids[random.Below(5)];
    const Token token = TokenOf(
        kAlice, {{kEveryone}, {kUsers, random.OneIn(2)}, {kAdministrators, random.OneIn(2)}});
    const AccessMask desired = 1U << random.Below(9) | (1U << (16 + random.Below(5)));
    const bool expected = AllowedByPseudocode(dacl, owner, token, desired);
    allowed += expected ? 1 : 0;
    CHECK_EQ(Allowed({owner, dacl}, token, desired), expected);
  }
  CHECK(allowed > 1000);
}

}  // namespace
}  // namespace ringfence::win
