// One question to an access check, and its text for reports.
#ifndef RINGFENCE_TEST_NATIVE_ACCESS_CASE_H_
#define RINGFENCE_TEST_NATIVE_ACCESS_CASE_H_

#include <array>
#include <string>

#include "access_check_model.h"

namespace ringfence::win {

struct AccessCase {
  SecurityDescriptor object;
  Token token;
  AccessMask desired = 0;
};

// Every right of a file, one by one.
constexpr std::array<AccessMask, 14> kFileRights = {
    kFileReadData, kFileWriteData,   kFileAppendData,     kFileReadEa,          kFileWriteEa,
    kFileExecute,  kFileDeleteChild, kFileReadAttributes, kFileWriteAttributes, kDelete,
    kReadControl,  kWriteDac,        kWriteOwner,         kSynchronize};

std::string HexText(AccessMask mask);
// As in the security descriptor definition language, with SIDs in full: O:S-1-5-18D:P(A;OICI;0x1;;;
// S-1-1-0). "D:NO_ACCESS_CONTROL" is no DACL.
std::string DescriptorText(const SecurityDescriptor& object);
std::string TokenText(const Token& token);
// All of a case in one line.
std::string CaseText(const AccessCase& access);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_ACCESS_CASE_H_
