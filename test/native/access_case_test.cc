#include "access_case.h"

#include <algorithm>
#include <array>

#include "access_case_generator.h"
#include "check.h"
#include "sids.h"

namespace ringfence::win {
namespace {

TEST(CaseIsWrittenAsTextThatNamesAllOfIt) {
  const AccessCase access = {
      {kSystem,
       Acl{kAclRevision,
           {{kAccessDeniedAce, kObjectInherit | kInheritOnly, kDelete, kEveryone},
            {kAccessAllowedAce, kInherited, kFileReadData | kDelete, kUsers}}},
       true},
      {.user = kAlice,
       .groups = {{kUsers, true}},
       .restriction = Restriction::kWrites,
       .restricting = {kEveryone}},
      kMaximumAllowed};
  CHECK_EQ(CaseText(access),
           "object O:S-1-5-18D:P(D;OIIO;0x10000;;;S-1-1-0)(A;ID;0x10001;;;S-1-5-32-545) token "
           "S-1-5-21-10-20-30-1001 +S-1-5-32-545 (deny-only) write-restricted to S-1-1-0 desired "
           "0x2000000");
  CHECK_EQ(DescriptorText({kSystem, std::nullopt}), "O:S-1-5-18D:NO_ACCESS_CONTROL");
}

Token RestrictedToken() {
  return {.user = kAlice,
          .groups = {{kEveryone}, {kUsers}, {kAdministrators, true}},
          .restriction = Restriction::kWrites,
          .restricting = {kRoot, kEveryone}};
}

TEST(GeneratedCasesHaveEveryFeature) {
  test::Random random(3);
  AccessCaseGenerator generator(RestrictedToken(), &random);
  enum {
    kNoDacl,
    kEmpty,
    kInheritOnlyAce,
    kOwnerAce,
    kGenericAce,
    kDenyOnlyAce,
    kDuplicate,
    kUnknown,
    kMaximum,
    kGenericRequest,
    kGranted,
    kRefused,
    kFeatures
  };
  std::array<int, kFeatures> seen = {};
  for (int i = 0; i < 5000; ++i) {
    const AccessCase access = generator.Next();
    const AccessMask answer =
        CheckAccess(access.object, access.token, access.desired, kWriteRestrictedRules[0]);
    ++seen[answer != 0 ? kGranted : kRefused];
    seen[kMaximum] += (access.desired & kMaximumAllowed) != 0 ? 1 : 0;
    seen[kGenericRequest] += (access.desired & kGenericRights) != 0 ? 1 : 0;
    if (!access.object.dacl) {
      ++seen[kNoDacl];
      continue;
    }
    const std::vector<Ace>& aces = access.object.dacl->aces;
    seen[kEmpty] += aces.empty() ? 1 : 0;
    for (const Ace& ace : aces) {
      seen[kInheritOnlyAce] += (ace.flags & kInheritOnly) != 0 ? 1 : 0;
      seen[kOwnerAce] += ace.sid == kOwnerRights ? 1 : 0;
      seen[kGenericAce] += (ace.mask & kGenericRights) != 0 ? 1 : 0;
      seen[kDenyOnlyAce] += ace.sid == kAdministrators ? 1 : 0;
      seen[kDuplicate] += std::ranges::count(aces, ace) > 1 ? 1 : 0;
      seen[kUnknown] += ace.sid == kBob ? 1 : 0;
    }
  }
  for (const int count : seen) CHECK(count > 50);
}

// Without it a run on Windows could not tell which reading is true.
TEST(GeneratedCasesTellTheReadingsOfWriteRestrictedApart) {
  test::Random random(3);
  AccessCaseGenerator generator(RestrictedToken(), &random);
  constexpr size_t kRules = std::size(kWriteRestrictedRules);
  std::array<std::array<int, kRules>, kRules> differing = {};
  for (int i = 0; i < 10000; ++i) {
    const AccessCase access = generator.NextWithSpecificRights();
    std::array<AccessMask, kRules> answers = {};
    for (size_t rule = 0; rule < kRules; ++rule) {
      answers[rule] =
          CheckAccess(access.object, access.token, access.desired, kWriteRestrictedRules[rule]);
    }
    for (size_t a = 0; a < kRules; ++a) {
      for (size_t b = 0; b < kRules; ++b) differing[a][b] += answers[a] != answers[b] ? 1 : 0;
    }
  }
  for (size_t a = 0; a < kRules; ++a) {
    for (size_t b = 0; b < a; ++b) CHECK(differing[a][b] > 5);
  }
}

}  // namespace
}  // namespace ringfence::win
