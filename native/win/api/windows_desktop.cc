#include "win/api/windows_api.h"
#include "win/api/windows_calls.h"

namespace ringfence::win {
namespace {

template <typename Object>
HANDLE ObjectHandle(Object object) {
  return reinterpret_cast<HANDLE>(static_cast<uintptr_t>(object));
}

// Behind <windows.h> a station is another type than a desktop.
template <typename System, typename Object>
OsError Give(System system, Object* object) {
  *object = static_cast<Object>(reinterpret_cast<uintptr_t>(system));
  return kNoOsError;
}

OsError ObjectName(HANDLE object, std::u16string* name) {
  // In bytes, with the NUL.
  DWORD size = 0;
  GetUserObjectInformationW(object, UOI_NAME, nullptr, 0, &size);
  std::u16string found(size / sizeof(char16_t), u'\0');
  const OsError error =
      Call([&] { return GetUserObjectInformationW(object, UOI_NAME, found.data(), size, &size); });
  if (error.ok()) *name = found.c_str();
  return error;
}

class Calls final : public DesktopApi {
 public:
  OsError OwnStation(WindowStation* station) override {
    HWINSTA own = nullptr;
    const OsError error = Call([&] { return (own = GetProcessWindowStation()) != nullptr; });
    return error.ok() ? Give(own, station) : error;
  }

  OsError OwnDesktop(Desktop* desktop) override {
    HDESK own = nullptr;
    const OsError error =
        Call([&] { return (own = GetThreadDesktop(GetCurrentThreadId())) != nullptr; });
    return error.ok() ? Give(own, desktop) : error;
  }

  OsError StationFlags(WindowStation station, uint32_t* flags) override {
    USEROBJECTFLAGS found = {};
    DWORD size = 0;
    const OsError error = Call([&] {
      return GetUserObjectInformationW(ObjectHandle(station), UOI_FLAGS, &found, sizeof found,
                                       &size);
    });
    if (error.ok()) *flags = found.dwFlags;
    return error;
  }

  OsError StationName(WindowStation station, std::u16string* name) override {
    return ObjectName(ObjectHandle(station), name);
  }

  OsError DesktopName(Desktop desktop, std::u16string* name) override {
    return ObjectName(ObjectHandle(desktop), name);
  }

  OsError MakeDesktop(const std::u16string& name, std::span<const uint8_t> descriptor,
                      Desktop* desktop) override {
    SECURITY_ATTRIBUTES security = SecurityAttributes(descriptor);
    HDESK made = nullptr;
    const OsError error = Call([&] {
      made = CreateDesktopW(ToSystem(name), nullptr, nullptr, 0, GENERIC_ALL, &security);
      return made != nullptr;
    });
    return error.ok() ? Give(made, desktop) : error;
  }

  void CloseDesktop(Desktop desktop) override {
    ::CloseDesktop(static_cast<HDESK>(ObjectHandle(desktop)));
  }
};

}  // namespace

DesktopApi& WindowsDesktop() {
  static Calls calls;
  return calls;
}

}  // namespace ringfence::win
