// Where the access check of Wine 8 is not that of Windows. The model is Windows': a case is
// rewritten so that the model's answer to it is Wine's to the original.
#ifndef RINGFENCE_TEST_NATIVE_WINE_QUIRKS_H_
#define RINGFENCE_TEST_NATIVE_WINE_QUIRKS_H_

#include <array>
#include <cstdint>

#include "access_case.h"

namespace ringfence::win {

enum class WineQuirk : uint8_t {
  // The owner has all standard rights; [MS-DTYP] 2.5.3.2 gives it READ_CONTROL and WRITE_DAC.
  kOwnerHasStandardRights,
  // OWNER RIGHTS is a SID like any other, which no token has.
  kNoOwnerRights,
  // A group for denials only is none at all.
  kDenyOnlyIsAbsent,
  // While a right is missing, an ACE that denies any right of the request ends it, also one that an
  // earlier ACE has granted.
  kDenialEndsRequest,
  // With MAXIMUM_ALLOWED denials come first, wherever they stand; those of the owner's rights too.
  kMaximumAllowedDeniesFirst,
  // MAXIMUM_ALLOWED is granted without the rights that were asked for in addition.
  kMaximumAllowedForgetsRights,
};

constexpr size_t kWineQuirks = 6;

// By the number of the quirk: whether it is there.
using WineQuirkSet = std::array<bool, kWineQuirks>;

constexpr WineQuirkSet kNoWineQuirks = {};
constexpr WineQuirkSet kAllWineQuirks = {true, true, true, true, true, true};

const char* WineQuirkName(WineQuirk quirk);

// What to ask the model instead.
AccessCase AskedOfWine(AccessCase access, const WineQuirkSet& quirks);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WINE_QUIRKS_H_
