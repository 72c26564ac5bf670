#include "win/api/windows_api.h"

namespace ringfence::win {

const Win32Api& WindowsApi() {
  static const Win32Api api = {WindowsHandle(), WindowsToken(),   WindowsProcess(),
                               WindowsIo(),     WindowsDesktop(), WindowsFile()};
  return api;
}

}  // namespace ringfence::win
