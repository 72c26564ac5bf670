// A token that accesses are checked for, by whatever is compared with the model: the system, or in
// tests of the comparison the model itself.
#ifndef RINGFENCE_TEST_NATIVE_CHECKED_TOKEN_H_
#define RINGFENCE_TEST_NATIVE_CHECKED_TOKEN_H_

#include <memory>
#include <span>

#include "access_check_model.h"

namespace ringfence::win {

class CheckedToken {
 public:
  CheckedToken() = default;
  CheckedToken(const CheckedToken&) = delete;
  CheckedToken& operator=(const CheckedToken&) = delete;
  virtual ~CheckedToken() = default;

  // Who it is to the model.
  virtual const Token& model() const = 0;
  // As CheckAccess(): the granted rights, 0 when it is refused.
  virtual AccessMask Check(const SecurityDescriptor& object, AccessMask desired) const = 0;
  // What CreateRestrictedToken makes of it, without privileges. `disabled` become deny-only.
  virtual std::unique_ptr<CheckedToken> Restricted(std::span<const Sid> disabled,
                                                   Restriction restriction,
                                                   std::span<const Sid> restricting) const = 0;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_CHECKED_TOKEN_H_
