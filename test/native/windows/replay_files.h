// Real files with descriptors of the models, and the operations of the models on them.
#ifndef RINGFENCE_TEST_NATIVE_WINDOWS_REPLAY_FILES_H_
#define RINGFENCE_TEST_NATIVE_WINDOWS_REPLAY_FILES_H_

#include <string>
#include <vector>

#include "file_operation.h"
#include "win/api/os_error.h"

namespace ringfence::win {

// With these any file can be given any owner and ACL, and be removed, whatever it says:
// SeBackupPrivilege and SeRestorePrivilege of this process. Without them the calls below fail.
void EnableBackupPrivileges();

// The bytes of a self-relative descriptor from its text in the security descriptor definition
// language.
OsError ReadDescriptor(const std::u16string& text, std::vector<uint8_t>* descriptor);

OsError MakeNode(const std::u16string& path, bool directory);
// Sets owner and DACL of exactly this object, and reads them back. `same`: it has what was asked
// for.
OsError SecureNode(const std::u16string& path, const std::u16string& descriptor, bool* same);
// Writes the list of a descriptor as a launch does: Windows brings what is below up to date.
OsError WriteList(const std::u16string& path, const std::u16string& descriptor);
// Owner and DACL of the file as it is, self-relative.
OsError QuerySecurity(const std::u16string& path, std::vector<uint8_t>* descriptor);
// With everything below.
OsError RemoveNode(const std::u16string& path);

// Really does it, as the thread's token. Changes of ACL and owner, and deleting through a
// directory, are opened for only.
OsError PerformReally(FileOperation::Kind kind, const std::u16string& path,
                      const std::u16string& to);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WINDOWS_REPLAY_FILES_H_
