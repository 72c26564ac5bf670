// Everything of Windows that the core calls, in tables, so that the same code runs on Windows and
// on a simulation that fails when told to (test/native/win_fake.h).
#ifndef RINGFENCE_WIN_API_WIN32_API_H_
#define RINGFENCE_WIN_API_WIN32_API_H_

#include "win/api/desktop_api.h"
#include "win/api/file_api.h"
#include "win/api/handle_api.h"
#include "win/api/io_api.h"
#include "win/api/process_api.h"
#include "win/api/token_api.h"

namespace ringfence::win {

// The tables outlive everything that was made with them. All calls may come from any thread.
struct Win32Api {
  HandleApi& handle;
  TokenApi& token;
  ProcessApi& process;
  IoApi& io;
  DesktopApi& desktop;
  FileApi& file;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_WIN32_API_H_
