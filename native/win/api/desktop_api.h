// Calls about window stations and desktops; one of the tables of win32_api.h.
#ifndef RINGFENCE_WIN_API_DESKTOP_API_H_
#define RINGFENCE_WIN_API_DESKTOP_API_H_

#include <cstdint>
#include <span>
#include <string>

#include "win/api/os_error.h"

namespace ringfence::win {

// HWINSTA and HDESK, which CloseHandle does not take.
enum class WindowStation : uintptr_t { kNone = 0 };
enum class Desktop : uintptr_t { kNone = 0 };

// Of "USEROBJECTFLAGS structure" on learn.microsoft.com: the station is shown to the user.
constexpr uint32_t kStationVisible = 0x1;

class DesktopApi {
 public:
  virtual ~DesktopApi() = default;

  // GetProcessWindowStation, GetThreadDesktop of the calling thread. Not to be closed.
  virtual OsError OwnStation(WindowStation* station) = 0;
  virtual OsError OwnDesktop(Desktop* desktop) = 0;
  // GetUserObjectInformationW: UOI_FLAGS, UOI_NAME.
  virtual OsError StationFlags(WindowStation station, uint32_t* flags) = 0;
  virtual OsError StationName(WindowStation station, std::u16string* name) = 0;
  virtual OsError DesktopName(Desktop desktop, std::u16string* name) = 0;
  // CreateDesktopW on the window station of this process. `descriptor` is self-relative.
  virtual OsError MakeDesktop(const std::u16string& name, std::span<const uint8_t> descriptor,
                              Desktop* desktop) = 0;
  // CloseDesktop.
  virtual void CloseDesktop(Desktop desktop) = 0;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_DESKTOP_API_H_
