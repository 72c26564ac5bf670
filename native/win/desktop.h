// The desktop that a command runs on. Programs on one desktop can send each other messages, which
// no access check of files sees; a command gets one of its own where there is a user to protect.
//
// References: "Window Stations and Desktops", "CreateDesktopW function" on learn.microsoft.com.
#ifndef RINGFENCE_WIN_DESKTOP_H_
#define RINGFENCE_WIN_DESKTOP_H_

#include <string>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/sid.h"
#include "win/unique_handle.h"

namespace ringfence::win {

// Whether the window station of this process is the one that the user sees (WinSta0). A service, or
// a session of ssh, has another.
Status IsStationInteractive(const Win32Api& api, bool* interactive);

struct CommandDesktop {
  // "station\desktop", for STARTUPINFO.
  std::u16string path;
  // Only of a private one. It lives as long as a handle or a process uses it.
  UniqueDesktop desktop;
};

// A private one with a random name, that the user, SYSTEM and `launch` may use, when it
// `is_private` and the station is interactive. Otherwise that of the calling thread.
Status ChooseDesktop(const Win32Api& api, bool is_private, const Sid& user, const Sid& launch,
                     CommandDesktop* chosen);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_DESKTOP_H_
