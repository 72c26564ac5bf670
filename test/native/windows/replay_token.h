// Whom operations are tried as, in this process: the user, or a command in a fence.
#ifndef RINGFENCE_TEST_NATIVE_WINDOWS_REPLAY_TOKEN_H_
#define RINGFENCE_TEST_NATIVE_WINDOWS_REPLAY_TOKEN_H_

#include <functional>
#include <span>
#include <vector>

#include "core/status.h"
#include "win/access_mask.h"
#include "win/sid.h"
#include "win/unique_handle.h"

namespace ringfence::win {

class ReplayToken {
 public:
  // The process's own without privileges, which would open files whatever their ACLs say.
  static Status OfUser(ReplayToken* made);
  // The one that commands get, from the code that makes it for them.
  static Status OfFence(const std::vector<Sid>& capabilities, bool everyone, ReplayToken* made);

  // Nobody, as whom nothing can be done.
  ReplayToken() = default;

  // What AccessCheck grants of the rights of a file, each asked for alone. `descriptor` is
  // self-relative.
  OsError Rights(std::span<const uint8_t> descriptor, AccessMask* rights) const;
  // Runs `act` as it, on this thread. What fails before is the answer; ends the program when it
  // cannot be left again.
  OsError As(const std::function<OsError()>& act) const;

 private:
  static Status Take(Handle primary, ReplayToken* made);

  UniqueHandle impersonation_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WINDOWS_REPLAY_TOKEN_H_
