// Rights of files and directories as bits of an access mask.
//
// References: [MS-DTYP] 2.4.3 "ACCESS_MASK"; "File Access Rights Constants", "File Security and
// Access Rights" on learn.microsoft.com.
#ifndef RINGFENCE_WIN_ACCESS_MASK_H_
#define RINGFENCE_WIN_ACCESS_MASK_H_

#include <cstdint>

namespace ringfence::win {

using AccessMask = uint32_t;

constexpr AccessMask kFileReadData = 0x1;  // of a directory: list its names
constexpr AccessMask kFileWriteData = 0x2;
constexpr AccessMask kFileAddFile = 0x2;
constexpr AccessMask kFileAppendData = 0x4;
constexpr AccessMask kFileAddSubdirectory = 0x4;
constexpr AccessMask kFileReadEa = 0x8;
constexpr AccessMask kFileWriteEa = 0x10;
constexpr AccessMask kFileExecute = 0x20;  // of a directory: traverse
// Delete and rename what is in the directory, whatever the entry's own ACL says.
constexpr AccessMask kFileDeleteChild = 0x40;
constexpr AccessMask kFileReadAttributes = 0x80;
constexpr AccessMask kFileWriteAttributes = 0x100;

constexpr AccessMask kDelete = 0x10000;
constexpr AccessMask kReadControl = 0x20000;
constexpr AccessMask kWriteDac = 0x40000;
constexpr AccessMask kWriteOwner = 0x80000;
constexpr AccessMask kSynchronize = 0x100000;
constexpr AccessMask kMaximumAllowed = 0x2000000;

constexpr AccessMask kGenericAll = 0x10000000;
constexpr AccessMask kGenericExecute = 0x20000000;
constexpr AccessMask kGenericWrite = 0x40000000;
constexpr AccessMask kGenericRead = 0x80000000;
constexpr AccessMask kGenericRights = kGenericAll | kGenericExecute | kGenericWrite | kGenericRead;

constexpr AccessMask kFileGenericRead =
    kFileReadData | kFileReadAttributes | kFileReadEa | kReadControl | kSynchronize;
constexpr AccessMask kFileGenericWrite = kFileWriteData | kFileAppendData | kFileWriteAttributes |
                                         kFileWriteEa | kReadControl | kSynchronize;
constexpr AccessMask kFileGenericExecute =
    kFileExecute | kFileReadAttributes | kReadControl | kSynchronize;
constexpr AccessMask kFileAllAccess = 0x1f01ff;

// The rights of a file that a mask with generic rights stands for. Others stay as they are.
constexpr AccessMask MapGenericFileRights(AccessMask mask) {
  AccessMask mapped = mask & ~kGenericRights;
  if ((mask & kGenericRead) != 0) mapped |= kFileGenericRead;
  if ((mask & kGenericWrite) != 0) mapped |= kFileGenericWrite;
  if ((mask & kGenericExecute) != 0) mapped |= kFileGenericExecute;
  if ((mask & kGenericAll) != 0) mapped |= kFileAllAccess;
  return mapped;
}

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ACCESS_MASK_H_
