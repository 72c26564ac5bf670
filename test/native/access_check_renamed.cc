#include <map>
#include <vector>

#include "access_case_generator.h"
#include "access_check_passes.h"
#include "access_check_tally.h"
#include "sids.h"
#include "wine_quirks.h"

namespace ringfence::win {
namespace {

constexpr size_t kTokens = 8;

// What the second check sees, in the terms of a first one: SIDs of `restricting` become groups that
// `token` has enabled, each its own, and all others strangers.
class Renaming {
 public:
  Renaming(const Token& token, const std::vector<Sid>& restricting) {
    size_t group = 0;
    for (const Sid& sid : restricting) {
      while (token.groups.at(group).deny_only) ++group;
      names_.emplace(sid, token.groups.at(group++).sid);
    }
    names_.emplace(kOwnerRights, kOwnerRights);
  }

  SecurityDescriptor Apply(SecurityDescriptor object) {
    object.owner = NameOf(object.owner);
    if (object.dacl) {
      for (Ace& ace : object.dacl->aces) ace.sid = NameOf(ace.sid);
    }
    return object;
  }

 private:
  Sid NameOf(const Sid& sid) {
    const auto [entry, is_new] = names_.try_emplace(sid);
    if (is_new) entry->second = Sid(5, {21, 9, 9, 9, static_cast<uint32_t>(names_.size())});
    return entry->second;
  }

  std::map<Sid, Sid> names_;
};

std::vector<Sid> RestrictingSids(const Token& token, test::Random* random) {
  std::vector<Sid> sids = {kRoot};
  if (random->OneIn(2)) sids.push_back(kOtherRoot);
  if (random->OneIn(2)) sids.push_back(kEveryone);
  if (random->OneIn(3)) sids.push_back(token.user);
  return sids;
}

}  // namespace

PassResult CheckRenamedRestrictingSids(const CheckedToken& own, size_t cases,
                                       test::Random* random) {
  Tally tally("restricting SIDs, by renaming");
  for (size_t i = 0; i < kTokens; ++i) {
    Token restricted = own.model();
    restricted.restriction = Restriction::kEverything;
    restricted.restricting = RestrictingSids(own.model(), random);
    AccessCaseGenerator generator(restricted, random);
    for (size_t n = 0; n < cases / kTokens; ++n) {
      AccessCase access = generator.NextWithSpecificRights();
      Renaming renaming(own.model(), restricted.restricting);
      const SecurityDescriptor renamed = renaming.Apply(access.object);
      AccessMask system = 0;
      AccessMask model = 0;
      // Right by right, because Wine's answer for several is not that for each of them.
      for (const AccessMask right : kFileRights) {
        if (own.Check(access.object, right) != 0) system |= own.Check(renamed, right);
        access.desired = right;
        const AccessCase asked = AskedOfWine(access, kAllWineQuirks);
        model |= CheckAccess(asked.object, asked.token, right, kWriteRestrictedRules[0]);
      }
      tally.Count(access, system, model);
    }
  }
  return {tally.Passed(), tally.cases(), tally.Summary() + tally.Mismatches()};
}

}  // namespace ringfence::win
