#include "win/acl_plan.h"

#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "sids.h"

namespace ringfence::win {
namespace {

using Operation = AclOperation;

constexpr uint8_t kBelow = kObjectInherit | kContainerInherit;

Ace Allow(const Sid& sid, AccessMask mask, uint8_t flags = kBelow) {
  return {kAccessAllowedAce, flags, mask, sid};
}

Ace Deny(const Sid& sid, AccessMask mask, uint8_t flags = kBelow) {
  return {kAccessDeniedAce, flags, mask, sid};
}

Acl AclOf(std::vector<Ace> aces) { return {kAclRevision, std::move(aces)}; }

const Ace kUsersOwn = Allow(kAlice, kFileAllAccess, kBelow | kInherited);
const Acl kPlain = AclOf({kUsersOwn});

AclStep Step(Operation operation, std::u16string path, std::vector<Sid> sids = {kRoot},
             Acl dacl = kPlain, bool directory = true) {
  return {operation, std::move(path), std::move(sids),
          PathSecurity{.directory = directory, .dacl = std::move(dacl)}};
}

AclPlan Planned(const std::vector<AclStep>& steps) {
  AclPlan plan;
  AclPlanRefusal refusal;
  CHECK(PlanAcls(steps, &plan, &refusal));
  CHECK(refusal.reason == AclRefusal::kNone);
  return plan;
}

Acl After(const AclStep& step) { return Planned({step}).acls.at(0).after; }

AclRefusal Refusal(const std::vector<AclStep>& steps) {
  AclPlan plan;
  AclPlanRefusal refusal;
  CHECK(!PlanAcls(steps, &plan, &refusal));
  CHECK(plan.acls.empty() && !refusal.path.empty());
  return refusal.reason;
}

TEST(AclPlanPutsEachStepIntoItsAcl) {
  CHECK(After(Step(Operation::kGrant, u"C:\\w")) ==
        AclOf({Allow(kRoot, kGrantedRights), kUsersOwn}));
  CHECK(After(Step(Operation::kDeny, u"C:\\w\\.git")) ==
        AclOf({Deny(kRoot, kDeniedRights), kUsersOwn}));
  CHECK(After(Step(Operation::kPin, u"C:\\w\\src")) ==
        AclOf({Deny(kRoot, kPinnedRights, 0), kUsersOwn}));
  // A file has nothing below it.
  CHECK(After(Step(Operation::kDeny, u"C:\\w\\.mcp.json", {kRoot}, kPlain, false)) ==
        AclOf({Deny(kRoot, kDeniedRights, 0), kUsersOwn}));
}

TEST(AclPlanNeverGrantsWhatDefeatsADenial) {
  CHECK_EQ(kGrantedRights & (kFileDeleteChild | kWriteDac | kWriteOwner), 0U);
  // Everything that is granted and not denied is for reading.
  CHECK_EQ(kGrantedRights & ~kDeniedRights & ~(kFileGenericRead | kFileGenericExecute), 0U);
}

TEST(AclPlanSaysNothingTwice) {
  const std::vector<AclStep> steps = {Step(Operation::kGrant, u"C:\\w", {kRoot}),
                                      Step(Operation::kPin, u"C:\\w", {kRoot, kOtherRoot}),
                                      Step(Operation::kPin, u"C:\\w\\src", {kRoot}),
                                      Step(Operation::kDeny, u"C:\\w\\.git", {kRoot, kOtherRoot})};
  const AclPlan first = Planned(steps);
  CHECK_EQ(first.edits(), 3U);
  std::vector<AclStep> again = steps;
  for (AclStep& step : again) {
    for (const PlannedAcl& acl : first.acls) {
      if (acl.path == step.path) step.security.dacl = acl.after;
    }
  }
  CHECK_EQ(Planned(again).edits(), 0U);
}

TEST(AclPlanMakesDenialsBeforeGrants) {
  const AclPlan plan =
      Planned({Step(Operation::kGrant, u"C:\\w", {kRoot}),
               Step(Operation::kGrant, u"C:\\w\\sub", {kOtherRoot}),
               Step(Operation::kPin, u"C:\\w\\sub", {kRoot}),
               Step(Operation::kPin, u"C:\\w\\sub\\a", {kRoot, kOtherRoot}),
               Step(Operation::kPin, u"C:\\w\\sub\\a\\.git", {kRoot, kOtherRoot}),
               Step(Operation::kDeny, u"C:\\w\\sub\\a\\.git\\hooks", {kRoot, kOtherRoot}),
               Step(Operation::kDeny, u"C:\\w\\.git", {kRoot})});
  std::vector<std::u16string> order;
  for (const PlannedAcl& acl : plan.acls) order.push_back(acl.path);
  CHECK((order == std::vector<std::u16string>{u"C:\\w\\.git", u"C:\\w\\sub\\a\\.git\\hooks",
                                              u"C:\\w\\sub\\a", u"C:\\w\\sub\\a\\.git",
                                              u"C:\\w\\sub", u"C:\\w"}));
}

TEST(AclPlanLeavesWhatIsInheritedAlready) {
  const Ace granted = Allow(kRoot, kGrantedRights, kBelow | kInherited);
  const Ace denied = Deny(kRoot, kDeniedRights, kBelow | kInherited);
  CHECK_EQ(
      Planned({Step(Operation::kGrant, u"C:\\w", {kRoot}, AclOf({granted, kUsersOwn}))}).edits(),
      0U);
  const auto denial = [](Acl dacl) {
    dacl.aces.push_back(kUsersOwn);
    return Planned({Step(Operation::kDeny, u"C:\\w\\d", {kRoot}, std::move(dacl))}).edits();
  };
  CHECK_EQ(denial(AclOf({denied})), 0U);
  // What is explicit stands before it: for our SID, and for any other that may restrict a token.
  CHECK_EQ(denial(AclOf({Allow(kRoot, kFileWriteData), denied})), 1U);
  CHECK_EQ(denial(AclOf({Allow(kEveryone, kFileWriteData), denied})), 1U);
  CHECK_EQ(denial(AclOf({Deny(kEveryone, kFileWriteData), denied})), 0U);
  // Of files below, where it does not reach the object itself.
  CHECK_EQ(denial(AclOf({Allow(kEveryone, kDelete, kObjectInherit | kInheritOnly), denied})), 1U);
  // Not for everything, not for what is below.
  CHECK_EQ(denial(AclOf({Deny(kRoot, kDelete, kBelow | kInherited)})), 1U);
  CHECK_EQ(denial(AclOf({Deny(kRoot, kDeniedRights, kInherited)})), 1U);
}

TEST(AclPlanReplacesStrayAcesOfOurSids) {
  // A directory that was made with more than the grant, or that was a read-only subpath.
  for (const Ace& stray : {Allow(kRoot, kFileAllAccess), Deny(kRoot, kFileWriteData)}) {
    CHECK(After(Step(Operation::kPin, u"C:\\w\\src", {kRoot}, AclOf({stray, kUsersOwn}))) ==
          AclOf({Deny(kRoot, kPinnedRights, 0), kUsersOwn}));
    CHECK(After(Step(Operation::kGrant, u"C:\\w", {kRoot}, AclOf({stray, kUsersOwn}))) ==
          AclOf({Allow(kRoot, kGrantedRights), kUsersOwn}));
  }
  // Those of a SID that is not asked about stay.
  const Ace other = Allow(kOtherRoot, kFileAllAccess);
  CHECK(After(Step(Operation::kPin, u"C:\\w\\src", {kRoot}, AclOf({other}))) ==
        AclOf({Deny(kRoot, kPinnedRights, 0), other}));
}

// A conditional ACE: application data behind the SID.
Ace Conditional(uint8_t type, const Sid& sid) {
  Ace ace{type, 0, 0, {}, {0xff, 0x01, 0x1f, 0x00}};
  sid.AppendBytes(&ace.rest);
  ace.rest.insert(ace.rest.end(), {'a', 'r', 't', 'x'});
  return ace;
}

TEST(AclPlanRefusesWhatItCannotHold) {
  AclStep step = Step(Operation::kGrant, u"C:\\w");
  step.security.persistent_acls = false;
  CHECK(Refusal({step}) == AclRefusal::kNoAcls);
  step = Step(Operation::kDeny, u"C:\\w");
  step.security.null_dacl = true;
  CHECK(Refusal({step}) == AclRefusal::kNullDacl);
  CHECK(Refusal({Step(Operation::kGrant, u"C:\\w"), Step(Operation::kDeny, u"C:\\w")}) ==
        AclRefusal::kContradiction);
  const auto refusal = [](std::vector<Ace> aces) {
    return Refusal({Step(Operation::kGrant, u"C:\\w", {kRoot}, AclOf(std::move(aces)))});
  };
  CHECK(refusal({Allow(kRoot, kFileAllAccess, kInherited)}) == AclRefusal::kForeign);
  CHECK(refusal({Conditional(kAccessAllowedCallbackAce, kRoot)}) == AclRefusal::kForeign);
  CHECK(refusal({kUsersOwn, Deny(kBob, kDelete, 0)}) == AclRefusal::kOrder);
  // Control: the same ACE of another SID, and an order that is only unusual.
  CHECK_EQ(Planned({Step(Operation::kGrant, u"C:\\w", {kRoot},
                         AclOf({Conditional(kAccessAllowedCallbackAce, kBob), Allow(kBob, kDelete),
                                Deny(kBob, kDelete)}))})
               .edits(),
           1U);
}

// What is made there would have our ACE and no other, and the user could not open it.
TEST(AclPlanRefusesToBeAllThatIsHandedDown) {
  const auto refusal = [](Operation operation, std::vector<Ace> aces) {
    return Refusal({Step(operation, u"C:\\w", {kRoot}, AclOf(std::move(aces)))});
  };
  const Ace granted = Allow(kRoot, kGrantedRights);
  constexpr uint8_t kNotBelow[] = {0, kInherited, kObjectInherit, kContainerInherit,
                                   kBelow | kNoPropagateInherit};
  for (const Operation operation : {Operation::kGrant, Operation::kDeny}) {
    for (const uint8_t flags : kNotBelow) {
      const Ace users = Allow(kAlice, kFileAllAccess, flags);
      CHECK(refusal(operation, {users}) == AclRefusal::kNotInheriting);
      CHECK(refusal(operation, {Deny(kBob, kDelete), users}) == AclRefusal::kNotInheriting);
      // Also where ours is there already.
      CHECK(refusal(operation, {granted, users}) == AclRefusal::kNotInheriting);
    }
    // Control: files and directories get something, from one ACE or two, of whoever makes them.
    for (const std::vector<Ace>& aces :
         {std::vector{Allow(kAlice, kFileAllAccess)},
          std::vector{Allow(kAlice, kFileAllAccess, kObjectInherit | kInheritOnly),
                      Allow(kBob, kFileAllAccess, kContainerInherit)},
          std::vector{Allow(kCreatorOwner, kFileAllAccess, kBelow | kInheritOnly)}}) {
      CHECK_EQ(Planned({Step(operation, u"C:\\w", {kRoot}, AclOf(aces))}).edits(), 1U);
    }
  }
  // What is not handed down does no such harm.
  const Acl own = AclOf({Allow(kAlice, kFileAllAccess, 0)});
  CHECK_EQ(Planned({Step(Operation::kPin, u"C:\\w\\src", {kRoot}, own)}).edits(), 1U);
  CHECK_EQ(Planned({Step(Operation::kDeny, u"C:\\w\\f", {kRoot}, own, false)}).edits(), 1U);
}

// A directory on the way that can be renamed takes the subpath with it, to where a new one is made.
TEST(AclPlanRefusesToLeaveAWayOpen) {
  const std::vector<AclStep> steps = {
      Step(Operation::kGrant, u"C:\\w", {kRoot}),
      Step(Operation::kGrant, u"C:\\w\\sub", {kOtherRoot}),
      Step(Operation::kDeny, u"C:\\w\\sub\\a\\b\\.git", {kRoot, kOtherRoot}),
      Step(Operation::kPin, u"C:\\w\\sub", {kRoot}),
      Step(Operation::kPin, u"C:\\w\\sub\\a", {kRoot}),
      Step(Operation::kPin, u"C:\\w\\sub\\a", {kOtherRoot}),
      Step(Operation::kPin, u"C:\\w\\sub\\a\\b", {kRoot, kOtherRoot})};
  CHECK_EQ(Planned(steps).acls.size(), 5U);
  for (size_t pin = 3; pin < steps.size(); ++pin) {
    std::vector<AclStep> without = steps;
    without.erase(without.begin() + static_cast<ptrdiff_t>(pin));
    AclPlan plan;
    AclPlanRefusal refusal;
    CHECK(!PlanAcls(without, &plan, &refusal));
    CHECK(refusal.reason == AclRefusal::kUnpinned && refusal.path == steps[pin].path);
  }
  // A denial holds a directory as well.
  std::vector<AclStep> denied = steps;
  denied.back().operation = Operation::kDeny;
  CHECK_EQ(Planned(denied).acls.size(), 5U);
  CHECK(Refusal({Step(Operation::kGrant, u"C:\\w", {kRoot}),
                 Step(Operation::kDeny, u"C:\\elsewhere", {kRoot})}) == AclRefusal::kUnpinned);
}

TEST(AclPlanRefusesAListThatGetsTooLarge) {
  const Ace filler = Allow(kBob, kDelete);
  const size_t ace_size = 8 + kBob.size();
  std::vector<Ace> aces((kMostAclBytes - 8) / ace_size, filler);
  CHECK(Refusal({Step(Operation::kGrant, u"C:\\w", {kRoot}, AclOf(aces))}) ==
        AclRefusal::kTooLarge);
  aces.pop_back();
  aces.pop_back();
  CHECK_EQ(Planned({Step(Operation::kGrant, u"C:\\w", {kRoot}, AclOf(aces))}).edits(), 1U);
}

TEST(AclPlanStopsAtTheFirstRefusal) {
  AclStep bad = Step(Operation::kDeny, u"C:\\w\\b");
  bad.security.null_dacl = true;
  AclStep worse = Step(Operation::kDeny, u"C:\\w\\c");
  worse.security.persistent_acls = false;
  AclPlan plan;
  AclPlanRefusal refusal;
  CHECK(!PlanAcls({Step(Operation::kGrant, u"C:\\w"), bad, worse}, &plan, &refusal));
  CHECK(refusal.reason == AclRefusal::kNullDacl && refusal.path == u"C:\\w\\b");
}

}  // namespace
}  // namespace ringfence::win
