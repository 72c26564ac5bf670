#include "win/api/windows_directory.h"

#include <windows.h>

namespace ringfence::win {
namespace {

// Of drive paths: past MAX_PATH Windows needs to be told that it is one ("Naming Files, Paths, and
// Namespaces" on learn.microsoft.com).
std::u16string PatternOf(const std::u16string& path) {
  const bool on_drive = path.size() >= 3 && path[1] == u':';
  std::u16string pattern = on_drive ? u"\\\\?\\" + path : path;
  if (pattern.back() != u'\\') pattern += u'\\';
  return pattern + u'*';
}

}  // namespace

OsError ListDirectory(const std::u16string& path, std::vector<DirectoryEntry>* entries) {
  WIN32_FIND_DATAW found = {};
  const std::u16string pattern = PatternOf(path);
  const HANDLE search =
      FindFirstFileExW(reinterpret_cast<const wchar_t*>(pattern.c_str()), FindExInfoBasic, &found,
                       FindExSearchNameMatch, nullptr, FIND_FIRST_EX_LARGE_FETCH);
  if (search == INVALID_HANDLE_VALUE) return Win32Error(GetLastError());
  do {
    std::u16string name = reinterpret_cast<const char16_t*>(found.cFileName);
    if (name == u"." || name == u"..") continue;
    entries->push_back({std::move(name), (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0,
                        (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0});
  } while (FindNextFileW(search, &found) != FALSE);
  const DWORD end = GetLastError();
  FindClose(search);
  return end == ERROR_NO_MORE_FILES ? kNoOsError : Win32Error(end);
}

}  // namespace ringfence::win
