// Files, through the calls of the running system.
#include <windows.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "win/api/windows_api.h"
#include "win/canonical_path.h"
#include "win/exact_path.h"
#include "win/state_file.h"
#include "windows/temp_tree.h"
#include "windows/wine.h"

namespace ringfence::win {
namespace {

using test::CanonicalPath;
using test::TempTree;
using test::UnderWine;

std::string StageOf(const Status& status) {
  return StageName(static_cast<uint32_t>(status.stage()));
}

std::string Exactly(const std::u16string& path) {
  UniqueHandle file;
  return StageOf(OpenExact(WindowsApi(), path, 0, &file));
}

std::u16string ShortPath(const std::u16string& path) {
  wchar_t found[MAX_PATH] = {};
  const std::wstring wide(path.begin(), path.end());
  const DWORD size = GetShortPathNameW(wide.c_str(), found, MAX_PATH);
  return std::u16string(found, found + size);
}

TEST(FilesAreOpenedByTheirCanonicalNameOnly) {
  TempTree tree;
  const std::u16string path = tree.AddDirectory(u"Long Directory.Name");
  CHECK_EQ(Exactly(path), "none");
  const std::u16string lower = tree.At(u"long directory.name");
  CHECK(CanonicalPath(lower) == path);
  CHECK_EQ(Exactly(lower), "windows.path.changed");
  const std::u16string shortened = ShortPath(path);
  if (shortened == path) return SKIP("this volume makes no 8.3 names");
  CHECK(CanonicalPath(shortened) == path);
  CHECK_EQ(Exactly(shortened), "windows.path.changed");
}

bool IsThere(const std::u16string& path) {
  Handle raw = Handle::kNone;
  const OsError error =
      WindowsFile().Open(ExtendedPath(path), kFileReadAttributes, LinkMode::kOpenLink, &raw);
  const UniqueHandle file(WindowsHandle(), raw);
  CHECK(error.ok() || error.is(kErrorFileNotFound));
  return error.ok();
}

// Without \\?\ Windows takes "x." and "x " for "x".
TEST(FilesWithNamesThatWindowsTrimsAreOpenedAsTheyAreNamed) {
  for (const char16_t* name : {u"x.", u"x ", u"x. ."}) {
    TempTree tree;
    const std::u16string plain = tree.AddDirectory(u"x");
    const std::u16string odd = tree.At(name);
    CHECK(IsThere(plain) && !IsThere(odd));
    tree.AddDirectory(name);
    CHECK(IsThere(odd));
    CHECK_EQ(Exactly(plain), "none");
    if (!UnderWine()) CHECK_EQ(Exactly(odd), "none");
  }
  if (UnderWine()) return SKIP("Wine tells the final path of such a name trimmed");
}

TEST(FilesBehindLinksAreNotOpened) {
  TempTree tree;
  const std::u16string target = tree.AddFile(u"file");
  const std::u16string link = tree.At(u"link");
  const std::wstring wide_link(link.begin(), link.end());
  const std::wstring wide_target(target.begin(), target.end());
  const bool made = CreateSymbolicLinkW(wide_link.c_str(), wide_target.c_str(),
                                        SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE) != FALSE;
  if (!made || CanonicalPath(link) != target) return SKIP("no symbolic links can be made here");
  CHECK_EQ(Exactly(target), "none");
  CHECK_EQ(Exactly(link), "windows.path.changed");
}

TEST(FailuresOfFilesAreNumbers) {
  TempTree tree;
  const std::u16string directory = tree.AddDirectory(u"d");
  const std::u16string file = tree.AddFile(u"d\\f");
  FileApi& api = WindowsFile();
  Handle none = Handle::kNone;
  CHECK_EQ(api.Open(tree.At(u"x"), 0, LinkMode::kFollow, &none).code, kErrorFileNotFound);
  CHECK_EQ(api.Open(tree.At(u"x\\y"), 0, LinkMode::kFollow, &none).code, kErrorPathNotFound);
  CHECK_EQ(api.OpenToRead(directory, &none).code, kErrorAccessDenied);
  CHECK_EQ(api.Delete(directory).code, kErrorAccessDenied);
  CHECK_EQ(api.MakeDirectory(directory).code, kErrorAlreadyExists);
  CHECK_EQ(api.Delete(tree.At(u"x")).code, kErrorFileNotFound);
  Handle raw = Handle::kNone;
  CHECK(api.Create(file, &raw).ok());
  const UniqueHandle alone(WindowsHandle(), raw);
  CHECK_EQ(api.OpenToRead(file, &none).code, kErrorSharingViolation);
  CHECK(none == Handle::kNone);
}

TEST(DirectoriesWithEntriesAreNotRemoved) {
  TempTree tree;
  const std::u16string directory = tree.AddDirectory(u"d");
  tree.AddFile(u"d\\f");
  const auto remove = [&] {
    Handle raw = Handle::kNone;
    CHECK(WindowsFile().Open(directory, kDelete, LinkMode::kOpenLink, &raw).ok());
    const UniqueHandle file(WindowsHandle(), raw);
    return WindowsFile().MarkDeleted(file.get()).code;
  };
  CHECK_EQ(remove(), kErrorDirNotEmpty);
  CHECK(WindowsFile().Delete(tree.At(u"d\\f")).ok());
  CHECK_EQ(remove(), 0U);
  CHECK(CanonicalPath(directory).empty());
}

constexpr StateFileStages kStages = {Stage::kWinStoreOpen,    Stage::kWinStoreRead,
                                     Stage::kWinStoreCorrupt, Stage::kWinStoreWrite,
                                     Stage::kWinStoreFlush,   Stage::kWinStoreReplace};

TEST(StateFilesAreReplacedAsAWhole) {
  TempTree tree;
  const std::u16string path = tree.At(u"sids");
  bool found = true;
  std::vector<uint8_t> read;
  CHECK(ReadStateFile(WindowsApi(), path, kStages, &found, &read).ok() && !found);
  const std::vector<uint8_t> large(300'000, 7);
  const std::vector<std::vector<uint8_t>> all = {large, {1, 2, 3}, {}};
  for (const std::vector<uint8_t>& bytes : all) {
    CHECK(WriteStateFile(WindowsApi(), path, kStages, bytes).ok());
    CHECK(ReadStateFile(WindowsApi(), path, kStages, &found, &read).ok() && found);
    CHECK(read == bytes);
    CHECK(CanonicalPath(path + u".new").empty());
  }
  // What is in its place stays when it cannot be replaced.
  tree.AddDirectory(u"d");
  CHECK_EQ(StageOf(WriteStateFile(WindowsApi(), tree.At(u"d"), kStages, large)),
           "windows.sid-store.replace");
  CHECK(!CanonicalPath(tree.At(u"d")).empty());
}

constexpr wchar_t kLockFile[] = L"RINGFENCE_TEST_LOCK_FILE";
constexpr DWORD kPatience = 30'000;

UniqueHandle OpenLocked(const std::u16string& path) {
  Handle raw = Handle::kNone;
  CHECK(WindowsFile().OpenLockFile(path, &raw).ok());
  return UniqueHandle(WindowsHandle(), raw);
}

UniqueHandle Owned(HANDLE handle) {
  return UniqueHandle(WindowsHandle(), Handle{reinterpret_cast<uintptr_t>(handle)});
}

// Of this run: the lock file is in a directory with a name of its own.
UniqueHandle EventOf(const std::u16string& lock_file, const wchar_t* what) {
  std::wstring name(lock_file.begin(), lock_file.end());
  std::ranges::replace(name, L'\\', L'/');
  name.append(what);
  return Owned(CreateEventW(nullptr, TRUE, FALSE, name.c_str()));
}

UniqueHandle HeldEvent(const std::u16string& lock_file) { return EventOf(lock_file, L" held"); }
UniqueHandle EndEvent(const std::u16string& lock_file) { return EventOf(lock_file, L" end"); }

HANDLE Of(const UniqueHandle& handle) {
  return reinterpret_cast<HANDLE>(static_cast<uintptr_t>(handle.get()));
}

OsError TryLock(const UniqueHandle& file, uint64_t id, LockMode mode) {
  return WindowsFile().Lock(file.get(), id, mode);
}

// Ends with the locks: the system lets go of them.
void HoldLocks(const std::u16string& path) {
  const UniqueHandle file = OpenLocked(path);
  CHECK(TryLock(file, 0, LockMode::kExclusive).ok());
  CHECK(TryLock(file, 7, LockMode::kShared).ok());
  SetEvent(Of(HeldEvent(path)));
  WaitForSingleObject(Of(EndEvent(path)), kPatience);
  TerminateProcess(GetCurrentProcess(), 0);
}

// This program, which runs the test of this name only.
UniqueHandle StartChild(const char* test) {
  wchar_t program[MAX_PATH] = {};
  GetModuleFileNameW(nullptr, program, MAX_PATH);
  std::wstring line = L"\"" + std::wstring(program) + L"\" ";
  line.append(test, test + std::char_traits<char>::length(test));
  STARTUPINFOW startup = {};
  startup.cb = sizeof(startup);
  PROCESS_INFORMATION process = {};
  CHECK(CreateProcessW(nullptr, line.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &startup,
                       &process) != FALSE);
  CloseHandle(process.hThread);
  return Owned(process.hProcess);
}

TEST(LocksAreHeldAgainstOtherProcesses) {
  wchar_t from_parent[MAX_PATH] = {};
  if (const DWORD size = GetEnvironmentVariableW(kLockFile, from_parent, MAX_PATH); size > 0) {
    return HoldLocks(std::u16string(from_parent, from_parent + size));
  }
  TempTree tree;
  const std::u16string path = tree.At(u"lock");
  const std::wstring wide(path.begin(), path.end());
  const UniqueHandle held = HeldEvent(path);
  const UniqueHandle end = EndEvent(path);
  SetEnvironmentVariableW(kLockFile, wide.c_str());
  const UniqueHandle child = StartChild("LocksAreHeldAgainstOtherProcesses");
  SetEnvironmentVariableW(kLockFile, nullptr);
  const std::array<HANDLE, 2> either = {Of(held), Of(child)};
  CHECK_EQ(WaitForMultipleObjects(2, either.data(), FALSE, kPatience), DWORD{WAIT_OBJECT_0});
  const UniqueHandle file = OpenLocked(path);
  CHECK(TryLock(file, 0, LockMode::kExclusive).is(kErrorLockViolation));
  CHECK(TryLock(file, 0, LockMode::kShared).is(kErrorLockViolation));
  CHECK(TryLock(file, 7, LockMode::kExclusive).is(kErrorLockViolation));
  CHECK(TryLock(file, 7, LockMode::kShared).ok());
  CHECK(TryLock(file, 1, LockMode::kExclusive).ok());
  SetEvent(Of(end));
  CHECK_EQ(WaitForSingleObject(Of(child), kPatience), DWORD{WAIT_OBJECT_0});
  CHECK(TryLock(file, 0, LockMode::kExclusive).ok());
}

}  // namespace
}  // namespace ringfence::win
