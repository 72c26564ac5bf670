// The comparison itself: that it passes, finds the true reading, and fails, as it must. The system
// it compares with is the model with a known reading, or with a fault.
#include "access_check_passes.h"

#include <utility>

#include "check.h"
#include "sids.h"

namespace ringfence::win {
namespace {

class PretendedToken : public CheckedToken {
 public:
  // Rights of `lost` are never granted.
  PretendedToken(Token token, const WriteRestrictedRule& rule, AccessMask lost = 0)
      : token_(std::move(token)), rule_(rule), lost_(lost) {}

  const Token& model() const override { return token_; }
  AccessMask Check(const SecurityDescriptor& object, AccessMask desired) const override {
    if ((desired & lost_) != 0) return 0;
    return CheckAccess(object, token_, desired, rule_);
  }
  std::unique_ptr<CheckedToken> Restricted(std::span<const Sid> disabled, Restriction restriction,
                                           std::span<const Sid> restricting) const override {
    Token token = token_;
    for (Group& group : token.groups) {
      for (const Sid& sid : disabled) group.deny_only = group.deny_only || group.sid == sid;
    }
    token.restriction = restriction;
    token.restricting.assign(restricting.begin(), restricting.end());
    return std::make_unique<PretendedToken>(std::move(token), rule_, lost_);
  }

 private:
  Token token_;
  WriteRestrictedRule rule_;
  AccessMask lost_;
};

const Token kOwn = {.user = kAlice, .groups = {{kEveryone}, {kUsers}, {kAdministrators}}};
constexpr size_t kCases = 8000;

TEST(ComparisonPassesWhereTheSystemIsTheModel) {
  test::Random random(1);
  const PassResult result =
      CheckPlainTokens(PretendedToken(kOwn, kWriteRestrictedRules[0]), false, kCases, &random);
  CHECK(result.passed);
  CHECK_EQ(result.cases, kCases);
}

TEST(ComparisonFailsWhereTheSystemIsNotTheModel) {
  test::Random random(1);
  const PretendedToken faulty(kOwn, kWriteRestrictedRules[0], kWriteOwner);
  CHECK(!CheckPlainTokens(faulty, false, kCases, &random).passed);
  CHECK(!CheckRestrictedTokens(faulty, kCases, &random).result.passed);
  // A system without its quirks is not Wine.
  const PretendedToken windows(kOwn, kWriteRestrictedRules[0]);
  CHECK(!CheckPlainTokens(windows, true, kCases, &random).passed);
  CHECK(!CheckRenamedRestrictingSids(windows, kCases, &random).passed);
}

TEST(ComparisonFindsTheOneReadingOfWriteRestricted) {
  std::vector<std::string> found;
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    test::Random random(2);
    const ReadingResult reading =
        CheckRestrictedTokens(PretendedToken(kOwn, rule), kCases, &random);
    CHECK(reading.result.passed);
    for (const std::string& other : found) CHECK(reading.fitting != other);
    found.push_back(reading.fitting);
  }
}

TEST(ComparisonFailsWhereNoReadingOfWriteRestrictedFits) {
  test::Random random(2);
  const WriteRestrictedRule unknown = {kFileWriteData, WriteRestrictedRule::Gate::kRights};
  const ReadingResult reading =
      CheckRestrictedTokens(PretendedToken(kOwn, unknown), kCases, &random);
  CHECK(!reading.result.passed);
  CHECK_EQ(reading.fitting, "");
}

}  // namespace
}  // namespace ringfence::win
