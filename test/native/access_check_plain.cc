#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "access_case_generator.h"
#include "access_check_passes.h"
#include "access_check_tally.h"
#include "wine_quirks.h"

namespace ringfence::win {
namespace {

constexpr size_t kTokens = 16;

AccessMask ModelsAnswer(const AccessCase& access, const WineQuirkSet& quirks) {
  const AccessCase asked = AskedOfWine(access, quirks);
  // Which reading of WRITE_RESTRICTED does not matter here.
  return CheckAccess(asked.object, asked.token, asked.desired, kWriteRestrictedRules[0]);
}

// How often a quirk was needed: without it the model would have said something else than Wine did.
class QuirkUse {
 public:
  void Count(const AccessCase& access, AccessMask system) {
    for (size_t i = 0; i < kWineQuirks; ++i) {
      WineQuirkSet others = kAllWineQuirks;
      others[i] = false;
      if (ModelsAnswer(access, others) != system) ++needed_[i];
    }
  }

  // The control of the whole run: a difference between model and system is found.
  bool AllNeeded() const {
    return std::ranges::all_of(needed_, [](size_t count) { return count > 0; });
  }

  std::string Summary() const {
    std::string text;
    for (size_t i = 0; i < kWineQuirks; ++i) {
      text += std::string("  without the quirk \"") + WineQuirkName(static_cast<WineQuirk>(i)) +
              "\": " + std::to_string(needed_[i]) + " mismatches\n";
    }
    return text;
  }

 private:
  std::array<size_t, kWineQuirks> needed_ = {};
};

}  // namespace

std::vector<Sid> SomeGroups(const Token& token, size_t n, test::Random* random) {
  std::vector<Sid> sids;
  for (const Group& group : token.groups) {
    if (random->OneIn(n)) sids.push_back(group.sid);
  }
  return sids;
}

PassResult CheckPlainTokens(const CheckedToken& own, bool wine, size_t cases,
                            test::Random* random) {
  Tally tally("tokens with deny-only groups");
  QuirkUse use;
  for (size_t i = 0; i < kTokens; ++i) {
    const std::vector<Sid> disabled = SomeGroups(own.model(), 3, random);
    const auto token = own.Restricted(disabled, Restriction::kNone, {});
    AccessCaseGenerator generator(token->model(), random);
    for (size_t n = 0; n < cases / kTokens; ++n) {
      const AccessCase access = generator.Next();
      const AccessMask system = token->Check(access.object, access.desired);
      tally.Count(access, system, ModelsAnswer(access, wine ? kAllWineQuirks : kNoWineQuirks));
      if (wine) use.Count(access, system);
    }
  }
  std::string report = tally.Summary() + tally.Mismatches();
  if (wine) report += use.Summary();
  return {tally.Passed() && (!wine || use.AllNeeded()), tally.cases(), std::move(report)};
}

}  // namespace ringfence::win
