#include "win_fake.h"
#include "win_fake_tables.h"

namespace ringfence::win {
namespace {

constexpr WindowStation kStation{0x51};
constexpr Desktop kDefaultDesktop{0x52};

}  // namespace

OsError FakeDesktopApi::OwnStation(WindowStation* station) {
  if (const OsError error = windows_.calls().Begin("GetProcessWindowStation"); !error.ok()) {
    return error;
  }
  *station = kStation;
  return kNoOsError;
}

OsError FakeDesktopApi::OwnDesktop(Desktop* desktop) {
  if (const OsError error = windows_.calls().Begin("GetThreadDesktop"); !error.ok()) return error;
  *desktop = kDefaultDesktop;
  return kNoOsError;
}

OsError FakeDesktopApi::StationFlags(WindowStation, uint32_t* flags) {
  if (const OsError error = windows_.calls().Begin("GetUserObjectInformationW", "flags");
      !error.ok()) {
    return error;
  }
  *flags = windows_.interactive ? kStationVisible : 0;
  return kNoOsError;
}

OsError FakeDesktopApi::StationName(WindowStation, std::u16string* name) {
  if (const OsError error = windows_.calls().Begin("GetUserObjectInformationW", "station");
      !error.ok()) {
    return error;
  }
  *name = windows_.interactive ? u"WinSta0" : u"Service-0x0-3e7$";
  return kNoOsError;
}

OsError FakeDesktopApi::DesktopName(Desktop, std::u16string* name) {
  if (const OsError error = windows_.calls().Begin("GetUserObjectInformationW", "desktop");
      !error.ok()) {
    return error;
  }
  *name = u"Default";
  return kNoOsError;
}

OsError FakeDesktopApi::MakeDesktop(const std::u16string&, std::span<const uint8_t> descriptor,
                                    Desktop* desktop) {
  if (const OsError error = windows_.calls().Begin("CreateDesktopW"); !error.ok()) return error;
  if (descriptor.empty()) return Win32Error(kErrorInvalidParameter);
  *desktop = Desktop{windows_.Make("desktop")};
  return kNoOsError;
}

void FakeDesktopApi::CloseDesktop(Desktop desktop) {
  windows_.calls().Record("CloseDesktop");
  windows_.Unmake("desktop", static_cast<uintptr_t>(desktop));
}

}  // namespace ringfence::win
