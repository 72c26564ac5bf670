#include "win/launch.h"

#include "win/restricted_token.h"
#include "win/start_command.h"

namespace ringfence::win {

Status Launch(const Win32Api& api, const LaunchPlan& plan, const LaunchRequest& request,
              Launched* launched) {
  RestrictedToken made;
  RINGFENCE_RETURN_IF_ERROR(MakeRestrictedToken(api, plan.capability_sids, plan.everyone, &made));
  const CommandToken token = {made.token.get(), made.user, made.launch, [&](Handle own) {
                                return VerifyRestrictedToken(api, own, made.restricting);
                              }};
  return StartCommand(api, token, plan, request, launched);
}

}  // namespace ringfence::win
