#include "windows/temp_tree.h"

#include <windows.h>

#include <cstdint>
#include <filesystem>

#include "check.h"
#include "win/api/windows_api.h"
#include "win/canonical_path.h"
#include "win/unique_handle.h"

namespace ringfence::test {
namespace {

std::u16string TempPath() {
  wchar_t path[MAX_PATH + 1] = {};
  const DWORD size = GetTempPathW(MAX_PATH + 1, path);
  return std::u16string(path, path + size);
}

// Also what has names that Windows would trim.
void RemoveAll(const std::u16string& path) {
  std::error_code ignored;
  const std::wstring extended(path.begin(), path.end());
  std::filesystem::remove_all(std::filesystem::path(L"\\\\?\\" + extended), ignored);
}

}  // namespace

std::u16string CanonicalPath(const std::u16string& path) {
  const win::Win32Api& api = win::WindowsApi();
  win::Handle raw = win::Handle::kNone;
  const win::OsError opened =
      api.file.Open(path, win::kFileReadAttributes, win::LinkMode::kFollow, &raw);
  if (!opened.ok()) return {};
  const win::UniqueHandle file(api.handle, raw);
  std::u16string found;
  CHECK(api.file.FinalPath(file.get(), &found).ok());
  return win::PlainPath(found);
}

TempTree::TempTree() {
  uint8_t random[8] = {};
  CHECK(win::WindowsApi().token.Random(random).ok());
  std::u16string name = u"ringfence test ";
  for (const uint8_t byte : random) name.push_back(static_cast<char16_t>(u'A' + byte % 26));
  const std::u16string made = TempPath() + name;
  CHECK(win::WindowsApi().file.MakeDirectory(made).ok());
  path_ = CanonicalPath(made);
  CHECK(!path_.empty());
}

TempTree::~TempTree() {
  if (!path_.empty()) RemoveAll(path_);
}

std::u16string TempTree::AddDirectory(std::u16string_view name) const {
  const std::u16string path = At(name);
  CHECK(win::WindowsApi().file.MakeDirectory(win::ExtendedPath(path)).ok());
  return path;
}

std::u16string TempTree::AddFile(std::u16string_view name) const {
  const std::u16string path = At(name);
  const win::Win32Api& api = win::WindowsApi();
  win::Handle raw = win::Handle::kNone;
  CHECK(api.file.Create(win::ExtendedPath(path), &raw).ok());
  const win::UniqueHandle file(api.handle, raw);
  return path;
}

}  // namespace ringfence::test
