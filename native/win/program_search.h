// Which file a command's name means. CreateProcessW is always told a path: its own search looks
// into the directory of this process and the current one first.
//
// References: "CreateProcessW function", "SearchPathW function" on learn.microsoft.com.
#ifndef RINGFENCE_WIN_PROGRAM_SEARCH_H_
#define RINGFENCE_WIN_PROGRAM_SEARCH_H_

#include <string>
#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/environment_block.h"

namespace ringfence::win {

// A name without slash, backslash and colon is looked for in the directories of PATH of
// `environment`, in their order, and nowhere else; entries that are not absolute are left out. A
// name without .exe or .com is tried with those of PATHEXT, in its order, which default to .COM and
// .EXE. When there are but batch files of that name the failure is windows.launch.batch-file with
// the first of them.
//
// A path is taken as it is, relative to `cwd`, which has to be absolute, and with .exe when it has
// no extension and there is no such file.
//
// windows.launch.find with ERROR_FILE_NOT_FOUND when there is none.
Status FindProgram(const Win32Api& api, const std::u16string& name, const std::u16string& cwd,
                   const std::vector<EnvironmentVariable>& environment, std::u16string* path);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_PROGRAM_SEARCH_H_
