// The real tables. The functions may be called from any thread; what they give lives for ever.
#ifndef RINGFENCE_WIN_API_WINDOWS_API_H_
#define RINGFENCE_WIN_API_WINDOWS_API_H_

#include "win/api/win32_api.h"

namespace ringfence::win {

HandleApi& WindowsHandle();
TokenApi& WindowsToken();
ProcessApi& WindowsProcess();
IoApi& WindowsIo();
DesktopApi& WindowsDesktop();
FileApi& WindowsFile();

// All of them.
const Win32Api& WindowsApi();

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_WINDOWS_API_H_
