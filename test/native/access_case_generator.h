// Random objects and requests for differential tests of access checks.
#ifndef RINGFENCE_TEST_NATIVE_ACCESS_CASE_GENERATOR_H_
#define RINGFENCE_TEST_NATIVE_ACCESS_CASE_GENERATOR_H_

#include <vector>

#include "access_case.h"
#include "random.h"

namespace ringfence::win {

// What the objects of a token may name: its own SIDs, restricting ones too, OWNER RIGHTS, and some
// that it does not have.
class AccessCaseGenerator {
 public:
  // `random` outlives this.
  AccessCaseGenerator(Token token, test::Random* random);

  AccessCase Next();
  // Not MAXIMUM_ALLOWED, and no generic right.
  AccessCase NextWithSpecificRights();

 private:
  const Sid& AnySid();
  AccessMask AceMask();
  Ace NextAce();
  SecurityDescriptor Object();
  AccessMask SpecificRights();

  Token token_;
  test::Random* random_;
  std::vector<Sid> sids_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_ACCESS_CASE_GENERATOR_H_
