// Listing directories.
#ifndef RINGFENCE_WIN_API_WINDOWS_DIRECTORY_H_
#define RINGFENCE_WIN_API_WINDOWS_DIRECTORY_H_

#include <string>
#include <vector>

#include "win/api/os_error.h"
#include "win/repository_scan.h"

namespace ringfence::win {

// FindFirstFileExW and FindNextFileW. `path` is absolute, and may be longer than MAX_PATH.
OsError ListDirectory(const std::u16string& path, std::vector<DirectoryEntry>* entries);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_WINDOWS_DIRECTORY_H_
