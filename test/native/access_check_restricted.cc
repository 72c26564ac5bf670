#include <string>
#include <vector>

#include "access_case_generator.h"
#include "access_check_passes.h"
#include "access_check_tally.h"
#include "sids.h"

namespace ringfence::win {
namespace {

constexpr size_t kTokensOfEachList = 4;
constexpr size_t kRules = std::size(kWriteRestrictedRules);

// One tally a reading of WRITE_RESTRICTED.
using RuleTallies = std::vector<Tally>;

std::string RuleText(const WriteRestrictedRule& rule) {
  std::string text = "WRITE_RESTRICTED gates ";
  text += rule.write_rights == kWriteRightsWide ? "DELETE, WRITE_DAC... too" : "file writes only";
  text += rule.gate == WriteRestrictedRule::Gate::kRequest ? ", by request" : ", by right";
  return text;
}

// Those a launch uses, and others that composing the two checks could go wrong with.
std::vector<std::vector<Sid>> RestrictingLists(const Token& token) {
  std::vector<std::vector<Sid>> lists = {{kRoot},
                                         {kRoot, kOtherRoot},
                                         {kRoot, kEveryone},
                                         {token.user},
                                         {kRoot, token.user, kEveryone}};
  for (const Group& group : token.groups) lists.push_back({kOtherRoot, group.sid});
  return lists;
}

AccessMask ModelsAnswer(const AccessCase& access, const WriteRestrictedRule& rule) {
  return CheckAccess(access.object, access.token, access.desired, rule);
}

void CheckOne(const CheckedToken& token, size_t cases, test::Random* random, Tally* everything,
              RuleTallies* writes) {
  AccessCaseGenerator generator(token.model(), random);
  for (size_t n = 0; n < cases; ++n) {
    const AccessCase access = generator.Next();
    const AccessMask system = token.Check(access.object, access.desired);
    if (token.model().restriction == Restriction::kEverything) {
      everything->Count(access, system, ModelsAnswer(access, kWriteRestrictedRules[0]));
      continue;
    }
    for (size_t rule = 0; rule < kRules; ++rule) {
      (*writes)[rule].Count(access, system, ModelsAnswer(access, kWriteRestrictedRules[rule]));
    }
  }
}

// The one reading that fits; empty when none does, or several.
std::string FittingReading(const RuleTallies& tallies, std::string* report) {
  std::vector<std::string> fitting;
  for (const Tally& tally : tallies) {
    *report += tally.Summary();
    if (tally.Passed()) fitting.push_back(tally.name());
  }
  if (fitting.size() == 1) return fitting.front();
  for (const Tally& tally : tallies) *report += tally.Mismatches();
  *report += std::to_string(fitting.size()) + " readings fit, not one\n";
  return {};
}

// Asked right by right: what to make of it when no reading fits.
std::string GatedRights(const CheckedToken& token) {
  const SecurityDescriptor users = {
      kSystem, Acl{kAclRevision, {{kAccessAllowedAce, 0, kFileAllAccess, token.model().user}}}};
  AccessMask gated = 0;
  for (const AccessMask right : kFileRights) {
    if (token.Check(users, right) == 0) gated |= right;
  }
  return "rights that need a restricting SID when asked for alone: " + HexText(gated) + "\n";
}

}  // namespace

ReadingResult CheckRestrictedTokens(const CheckedToken& own, size_t cases, test::Random* random) {
  Tally everything("restricted tokens");
  RuleTallies writes;
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) writes.emplace_back(RuleText(rule));
  const auto lists = RestrictingLists(own.model());
  const size_t each = cases / (2 * lists.size() * kTokensOfEachList) + 1;
  for (size_t i = 0; i < kTokensOfEachList; ++i) {
    const std::vector<Sid> disabled = SomeGroups(own.model(), 4, random);
    for (const std::vector<Sid>& list : lists) {
      for (const Restriction restriction : {Restriction::kEverything, Restriction::kWrites}) {
        CheckOne(*own.Restricted(disabled, restriction, list), each, random, &everything, &writes);
      }
    }
    // Restricted to nothing, which only a token that is write-restricted can be.
    CheckOne(*own.Restricted(disabled, Restriction::kWrites, {}), each, random, &everything,
             &writes);
  }
  ReadingResult reading;
  reading.result.report = everything.Summary() + everything.Mismatches();
  reading.result.report +=
      GatedRights(*own.Restricted({}, Restriction::kWrites, std::vector<Sid>{kRoot}));
  reading.fitting = FittingReading(writes, &reading.result.report);
  reading.result.passed = everything.Passed() && !reading.fitting.empty();
  reading.result.cases = everything.cases() + writes.front().cases();
  return reading;
}

}  // namespace ringfence::win
