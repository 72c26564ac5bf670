#include "win/desktop.h"

#include <utility>

#include "win/random_name.h"
#include "win/security_descriptor.h"
#include "win/well_known_sids.h"

namespace ringfence::win {
namespace {

Status OpenStation(const Win32Api& api, WindowStation* station) {
  const OsError error = api.desktop.OwnStation(station);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinDesktopStation, error);
}

Status IsInteractive(const Win32Api& api, WindowStation station, bool* interactive) {
  uint32_t flags = 0;
  if (const OsError error = api.desktop.StationFlags(station, &flags); !error.ok()) {
    return Failed(Stage::kWinDesktopQuery, error);
  }
  *interactive = (flags & kStationVisible) != 0;
  return Status::Ok();
}

Status MakePrivateDesktop(const Win32Api& api, const Sid& user, const Sid& launch,
                          std::u16string* name, UniqueDesktop* desktop) {
  RINGFENCE_RETURN_IF_ERROR(MakeRandomName(api, u"ringfence-", name));
  Desktop made = Desktop::kNone;
  if (const OsError error = api.desktop.MakeDesktop(
          *name, EncodeSecurityDescriptor(user, FullControl({user, kSystemSid, launch})), &made);
      !error.ok()) {
    return Failed(Stage::kWinDesktopMake, error);
  }
  *desktop = UniqueDesktop(api.desktop, made);
  return Status::Ok();
}

Status OwnDesktopName(const Win32Api& api, std::u16string* name) {
  Desktop own = Desktop::kNone;
  if (const OsError error = api.desktop.OwnDesktop(&own); !error.ok()) {
    return Failed(Stage::kWinDesktopOwn, error);
  }
  const OsError error = api.desktop.DesktopName(own, name);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinDesktopQuery, error);
}

}  // namespace

Status IsStationInteractive(const Win32Api& api, bool* interactive) {
  WindowStation station = WindowStation::kNone;
  RINGFENCE_RETURN_IF_ERROR(OpenStation(api, &station));
  return IsInteractive(api, station, interactive);
}

Status ChooseDesktop(const Win32Api& api, bool is_private, const Sid& user, const Sid& launch,
                     CommandDesktop* chosen) {
  WindowStation station = WindowStation::kNone;
  RINGFENCE_RETURN_IF_ERROR(OpenStation(api, &station));
  bool interactive = false;
  RINGFENCE_RETURN_IF_ERROR(IsInteractive(api, station, &interactive));
  std::u16string station_name;
  if (const OsError error = api.desktop.StationName(station, &station_name); !error.ok()) {
    return Failed(Stage::kWinDesktopQuery, error);
  }

  CommandDesktop desktop;
  std::u16string name;
  RINGFENCE_RETURN_IF_ERROR(is_private && interactive
                                ? MakePrivateDesktop(api, user, launch, &name, &desktop.desktop)
                                : OwnDesktopName(api, &name));
  desktop.path = station_name + u"\\" + name;
  *chosen = std::move(desktop);
  return Status::Ok();
}

}  // namespace ringfence::win
