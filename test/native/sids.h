// SIDs that tests speak about.
#ifndef RINGFENCE_TEST_NATIVE_SIDS_H_
#define RINGFENCE_TEST_NATIVE_SIDS_H_

#include "win/sid.h"

namespace ringfence::win {

// "Well-known SIDs" on learn.microsoft.com.
constexpr Sid kEveryone(1, {0});
constexpr Sid kCreatorOwner(3, {0});
constexpr Sid kCreatorGroup(3, {1});
constexpr Sid kOwnerRights(3, {4});
constexpr Sid kSystem(5, {18});
constexpr Sid kAdministrators(5, {32, 544});
constexpr Sid kUsers(5, {32, 545});
constexpr Sid kAuthenticatedUsers(5, {11});

constexpr Sid kAlice(5, {21, 10, 20, 30, 1001});
constexpr Sid kBob(5, {21, 10, 20, 30, 1002});
// Of a launch, and of the session that it is in.
constexpr Sid kLaunch(5, {21, 0x1a1a1a1a, 0x2a2a2a2a, 0x3a3a3a3a, 0x4a4a4a4a});
constexpr Sid kLogon(5, {5, 0, 123456});
// Capability SIDs of two roots.
constexpr Sid kRoot(5, {21, 0xa1a1a1a1, 0xa2a2a2a2, 0xa3a3a3a3, 0xa4a4a4a4});
constexpr Sid kOtherRoot(5, {21, 0xb1b1b1b1, 0xb2b2b2b2, 0xb3b3b3b3, 0xb4b4b4b4});

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_SIDS_H_
