// Security descriptors as calls of Windows take them, for what a launch makes itself.
//
// Reference: [MS-DTYP] 2.4.6 "SECURITY_DESCRIPTOR".
#ifndef RINGFENCE_WIN_SECURITY_DESCRIPTOR_H_
#define RINGFENCE_WIN_SECURITY_DESCRIPTOR_H_

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "win/acl.h"
#include "win/sid.h"

namespace ringfence::win {

// Self-relative, with `owner` as group too: an access check wants both. The DACL is protected. It
// has to fit into kMostAclBytes, as one of a handful of ACEs does.
std::vector<uint8_t> EncodeSecurityDescriptor(const Sid& owner, const Acl& dacl);

// GENERIC_ALL for each of these, nothing is inherited.
Acl FullControl(std::initializer_list<Sid> sids);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_SECURITY_DESCRIPTOR_H_
