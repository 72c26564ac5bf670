// The access check of the running system, with the types of the model.
#ifndef RINGFENCE_TEST_NATIVE_WINDOWS_ACCESS_CHECK_KERNEL_H_
#define RINGFENCE_TEST_NATIVE_WINDOWS_ACCESS_CHECK_KERNEL_H_

#include <memory>
#include <span>

#include "checked_token.h"
#include "win/api/handle.h"

namespace ringfence::win {

// Ends the program with a message: nothing that a test could go on from. `call` has just failed.
[[noreturn]] void DieOfLastError(const char* call);

// A token, and an impersonation duplicate of it, which is what can be asked about.
class KernelToken : public CheckedToken {
 public:
  // The process's own.
  static std::unique_ptr<CheckedToken> OfProcess();

  // `primary` is closed at the end. `model` is who it is.
  KernelToken(Handle primary, Token model);
  KernelToken(const KernelToken&) = delete;
  KernelToken& operator=(const KernelToken&) = delete;
  ~KernelToken() override;

  const Token& model() const override { return model_; }
  AccessMask Check(const SecurityDescriptor& object, AccessMask desired) const override;
  std::unique_ptr<CheckedToken> Restricted(std::span<const Sid> disabled, Restriction restriction,
                                           std::span<const Sid> restricting) const override;

 private:
  Handle primary_;
  Handle impersonation_;
  Token model_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WINDOWS_ACCESS_CHECK_KERNEL_H_
