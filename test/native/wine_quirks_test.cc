#include "wine_quirks.h"

#include "access_case_generator.h"
#include "check.h"
#include "sids.h"

namespace ringfence::win {
namespace {

constexpr WriteRestrictedRule kRule = kWriteRestrictedRules[0];

AccessMask Answer(const AccessCase& access, const WineQuirkSet& quirks) {
  const AccessCase asked = AskedOfWine(access, quirks);
  return CheckAccess(asked.object, asked.token, asked.desired, kRule);
}

Token AliceToken() {
  return {.user = kAlice, .groups = {{kEveryone}, {kUsers}, {kAdministrators, true}}};
}

AccessCase Ask(const Sid& owner, std::vector<Ace> aces, AccessMask desired) {
  return {{owner, Acl{kAclRevision, std::move(aces)}}, AliceToken(), desired};
}

TEST(WithoutQuirksTheModelIsAskedTheSame) {
  test::Random random(7);
  AccessCaseGenerator generator(AliceToken(), &random);
  for (int i = 0; i < 20000; ++i) {
    const AccessCase access = generator.Next();
    const AccessMask expected = CheckAccess(access.object, access.token, access.desired, kRule);
    if (Answer(access, kNoWineQuirks) != expected) test::Fail(__FILE__, __LINE__, CaseText(access));
  }
}

TEST(EachQuirkHasACaseThatItAloneDecides) {
  const Ace read_mine = {kAccessAllowedAce, 0, kFileReadData, kAlice};
  const struct {
    WineQuirk quirk;
    AccessCase access;
    AccessMask windows;
    AccessMask wine;
  } cases[] = {
      {WineQuirk::kOwnerHasStandardRights, Ask(kAlice, {}, kDelete), 0, kDelete},
      {WineQuirk::kNoOwnerRights,
       Ask(kAlice, {{kAccessAllowedAce, 0, kFileReadData, kOwnerRights}}, kWriteDac), 0, kWriteDac},
      {WineQuirk::kDenyOnlyIsAbsent,
       Ask(kSystem, {{kAccessDeniedAce, 0, kFileReadData, kAdministrators}, read_mine},
           kFileReadData),
       0, kFileReadData},
      {WineQuirk::kDenialEndsRequest,
       Ask(kSystem,
           {read_mine,
            {kAccessDeniedAce, 0, kFileReadData, kAlice},
            {kAccessAllowedAce, 0, kDelete, kAlice}},
           kFileReadData | kDelete),
       kFileReadData | kDelete, 0},
      {WineQuirk::kMaximumAllowedDeniesFirst,
       Ask(kSystem, {read_mine, {kAccessDeniedAce, 0, kFileReadData, kAlice}}, kMaximumAllowed),
       kFileReadData, 0},
      {WineQuirk::kMaximumAllowedForgetsRights,
       Ask(kSystem, {read_mine}, kMaximumAllowed | kDelete), 0, kFileReadData},
  };
  for (const auto& [quirk, access, windows, wine] : cases) {
    WineQuirkSet only = kNoWineQuirks;
    only[static_cast<size_t>(quirk)] = true;
    CHECK_EQ(Answer(access, kNoWineQuirks), windows);
    CHECK_EQ(Answer(access, only), wine);
    CHECK_EQ(Answer(access, kAllWineQuirks), wine);
  }
}

}  // namespace
}  // namespace ringfence::win
