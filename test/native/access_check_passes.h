// The parts of the differential run of access checks. Each says how many cases it had and whether
// all of them were as the model has them.
#ifndef RINGFENCE_TEST_NATIVE_ACCESS_CHECK_PASSES_H_
#define RINGFENCE_TEST_NATIVE_ACCESS_CHECK_PASSES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "checked_token.h"
#include "random.h"

namespace ringfence::win {

// For tokens to be made deny-only: each group of `token`, one time in `n`.
std::vector<Sid> SomeGroups(const Token& token, size_t n, test::Random* random);

struct PassResult {
  bool passed = false;
  size_t cases = 0;
  // Lines of text: counts, and the first mismatches in full.
  std::string report;
};

// Tokens with some groups for denials only. Under Wine the model is asked what wine_quirks.h says,
// and each quirk has to be needed by some case.
PassResult CheckPlainTokens(const CheckedToken& own, bool wine, size_t cases, test::Random* random);

// Wine has no restricting SIDs. Its walk is asked twice: as it is, and with an object in which the
// restricting SIDs have the names of groups that the token has, and all others of nobody's.
PassResult CheckRenamedRestrictingSids(const CheckedToken& own, size_t cases, test::Random* random);

// Tokens of CreateRestrictedToken: every access checked twice, or writes. Of the readings of
// WRITE_RESTRICTED exactly one has to fit.
// The text of that reading, or empty.
struct ReadingResult {
  PassResult result;
  std::string fitting;
};
ReadingResult CheckRestrictedTokens(const CheckedToken& own, size_t cases, test::Random* random);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_ACCESS_CHECK_PASSES_H_
