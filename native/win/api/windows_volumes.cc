#include "win/api/windows_volumes.h"

#include <windows.h>

#include <cwchar>

namespace ringfence::win {
namespace {

// Each of the 26 letters takes `C:\` and a NUL.
constexpr DWORD kMostUnits = 26 * 4 + 1;

}  // namespace

OsError ListVolumes(std::vector<Volume>* volumes) {
  wchar_t roots[kMostUnits] = {};
  if (GetLogicalDriveStringsW(kMostUnits - 1, roots) == 0) return Win32Error(GetLastError());
  for (const wchar_t* root = roots; *root != L'\0'; root += wcslen(root) + 1) {
    if (GetDriveTypeW(root) == DRIVE_REMOTE) continue;
    DWORD flags = 0;
    // A drive without a medium has no volume.
    if (GetVolumeInformationW(root, nullptr, 0, nullptr, nullptr, &flags, nullptr, 0) == FALSE) {
      continue;
    }
    volumes->push_back({reinterpret_cast<const char16_t*>(root), flags});
  }
  return kNoOsError;
}

}  // namespace ringfence::win
