// SIDs that are the same on every Windows ("Well-known SIDs" on learn.microsoft.com).
#ifndef RINGFENCE_WIN_WELL_KNOWN_SIDS_H_
#define RINGFENCE_WIN_WELL_KNOWN_SIDS_H_

#include "win/sid.h"

namespace ringfence::win {

constexpr Sid kEveryoneSid(1, {0});
constexpr Sid kSystemSid(5, {18});
constexpr Sid kAdministratorsSid(5, {32, 544});

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_WELL_KNOWN_SIDS_H_
