#include "win/program_search.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "win/utf16.h"
#include "win_fake.h"

namespace ringfence::win {
namespace {

constexpr uint32_t kNormal = 0x80;
const std::vector<EnvironmentVariable> kPath = {{u"Path", u"C:\\one;C:\\two\\"}};

struct Found {
  Status status;
  std::string path;
};

Found Find(FakeWindows& windows, const std::u16string& name,
           const std::vector<EnvironmentVariable>& environment = kPath,
           const std::u16string& cwd = u"C:\\work") {
  std::u16string path;
  Status status = FindProgram(windows.api(), name, cwd, environment, &path);
  return {std::move(status), ToUtf8(path)};
}

struct Case {
  const char* what;
  std::vector<std::u16string> files;
  std::u16string name;
  std::vector<EnvironmentVariable> environment;
  const char* path;
};

const Case kFoundCases[] = {
    {"first directory", {u"C:\\one\\a.exe", u"C:\\two\\a.exe"}, u"a.exe", kPath, "C:\\one\\a.exe"},
    {"second directory", {u"C:\\two\\a.exe"}, u"a.exe", kPath, "C:\\two\\a.exe"},
    {"name without extension", {u"C:\\one\\a.EXE"}, u"a", kPath, "C:\\one\\a.EXE"},
    {".COM before .EXE", {u"C:\\one\\a.EXE", u"C:\\one\\a.COM"}, u"a", kPath, "C:\\one\\a.COM"},
    {"directory before extension",
     {u"C:\\one\\a.EXE", u"C:\\two\\a.COM"},
     u"a",
     kPath,
     "C:\\one\\a.EXE"},
    {"order of PATHEXT",
     {u"C:\\one\\a.EXE", u"C:\\one\\a.COM"},
     u"a",
     {{u"PATH", u"C:\\one"}, {u"PathExt", u".JS;.EXE;.COM"}},
     "C:\\one\\a.EXE"},
    {"another extension is part of the name",
     {u"C:\\one\\a.b.EXE"},
     u"a.b",
     kPath,
     "C:\\one\\a.b.EXE"},
    {"entry in quotation marks",
     {u"C:\\one\\a.exe"},
     u"a.exe",
     {{u"PATH", u"\"C:\\one\""}},
     "C:\\one\\a.exe"},
    {"empty and relative entries are left out",
     {u"C:\\two\\a.exe", u".\\a.exe", u"bin\\a.exe", u"C:a.exe", u"\\one\\a.exe"},
     u"a.exe",
     {{u"PATH", u";.;bin;C:;\\one;C:\\two"}},
     "C:\\two\\a.exe"},
    {"server",
     {u"\\\\host\\share\\a.exe"},
     u"a.exe",
     {{u"PATH", u"\\\\host\\share"}},
     "\\\\host\\share\\a.exe"},
    {"program before batch file of an earlier directory",
     {u"C:\\one\\a.CMD", u"C:\\two\\a.EXE"},
     u"a",
     kPath,
     "C:\\two\\a.EXE"},
    {"absolute path", {u"D:\\x\\a.exe"}, u"D:\\x\\a.exe", {}, "D:\\x\\a.exe"},
    {"slashes", {u"D:\\x\\a.exe"}, u"D:/x/a.exe", {}, "D:\\x\\a.exe"},
    {"relative path", {u"C:\\work\\bin\\a.exe"}, u"bin\\a.exe", {}, "C:\\work\\bin\\a.exe"},
    {"path from the root of the drive", {u"C:\\bin\\a.exe"}, u"\\bin\\a.exe", {}, "C:\\bin\\a.exe"},
    {"path without extension", {u"C:\\work\\bin\\a.exe"}, u"bin\\a", {}, "C:\\work\\bin\\a.exe"},
    {"file that has none",
     {u"C:\\work\\bin\\a", u"C:\\work\\bin\\a.exe"},
     u"bin\\a",
     {},
     "C:\\work\\bin\\a"},
    {"dot in a directory only",
     {u"C:\\work\\v1.2\\a.exe"},
     u"v1.2\\a",
     {},
     "C:\\work\\v1.2\\a.exe"},
};

}  // namespace

TEST(ProgramsAreFoundWhereTheirNameSays) {
  for (const Case& test_case : kFoundCases) {
    FakeWindows windows;
    for (const std::u16string& file : test_case.files) windows.files[file] = kNormal;
    const Found found = Find(windows, test_case.name, test_case.environment);
    if (found.path != test_case.path || found.status.ok() != !found.path.empty()) {
      test::Fail(__FILE__, __LINE__, std::string(test_case.what) + ": got " + found.path);
    }
  }
}

TEST(AMissingProgramIsAFailureWithItsName) {
  for (const char16_t* name : {u"missing", u"missing.exe", u"bin\\missing.exe", u"C:\\missing"}) {
    FakeWindows windows;
    windows.files[u"C:\\work\\missing.exe"] = kNormal;
    const Found found = Find(windows, name);
    CHECK(found.status.stage() == Stage::kWinProgramFind);
    CHECK_EQ(found.status.os_code(), kErrorFileNotFound);
    CHECK_EQ(found.status.path(), ToUtf8(name));
    CHECK_EQ(found.path, "");
  }
}

// The directory that this process is in and the command's own are not searched for names.
TEST(WithoutPathNothingIsFoundByName) {
  FakeWindows windows;
  windows.files[u"C:\\work\\a.exe"] = kNormal;
  windows.files[u"a.exe"] = kNormal;
  CHECK(Find(windows, u"a.exe", {}).status.stage() == Stage::kWinProgramFind);
  CHECK(!windows.calls().Called("GetFileAttributesW"));
}

TEST(DirectoriesAreNoPrograms) {
  FakeWindows windows;
  windows.files[u"C:\\one\\a.exe"] = kFileAttributeDirectory;
  windows.files[u"C:\\two\\a.exe"] = kNormal;
  CHECK_EQ(Find(windows, u"a.exe").path, "C:\\two\\a.exe");
  const Found found = Find(windows, u"C:\\one\\a.exe");
  CHECK(found.status.stage() == Stage::kWinProgramFind);
  CHECK_EQ(found.status.os_code(), kErrorFileNotFound);
}

TEST(ABatchFileAloneIsRefusedWithItsPath) {
  FakeWindows windows;
  windows.files[u"C:\\one\\a.CMD"] = kNormal;
  windows.files[u"C:\\two\\a.BAT"] = kNormal;
  const Found found = Find(windows, u"a");
  CHECK(found.status.stage() == Stage::kWinBatchFile);
  CHECK_EQ(found.status.path(), "C:\\one\\a.CMD");
}

TEST(WhatCannotBeMeantIsRefused) {
  const std::u16string with_nul(u"a\0.exe", 6);
  for (const std::u16string& name : {std::u16string(), with_nul}) {
    FakeWindows windows;
    CHECK_EQ(Find(windows, name).status.os_code(), kErrorInvalidParameter);
  }
  FakeWindows windows;
  CHECK_EQ(Find(windows, u"a.exe", kPath, u"work").status.os_code(), kErrorInvalidParameter);
  // Relative to the current directory of a drive, which is not known here.
  CHECK_EQ(Find(windows, u"D:a.exe").status.os_code(), kErrorPathNotFound);
  CHECK_EQ(Find(windows, u"\\a.exe", {}, u"\\\\host\\share").status.os_code(), kErrorPathNotFound);
}

TEST(AnErrorOfOneDirectoryIsToldWhenNoOtherHasTheProgram) {
  FakeWindows windows;
  windows.calls().FailAt(0, Win32Error(kErrorAccessDenied));
  const Found nothing = Find(windows, u"a.exe");
  CHECK(nothing.status.stage() == Stage::kWinProgramFind);
  CHECK_EQ(nothing.status.os_code(), kErrorAccessDenied);

  FakeWindows other;
  other.files[u"C:\\two\\a.exe"] = kNormal;
  other.calls().FailAt(0, Win32Error(kErrorAccessDenied));
  CHECK_EQ(Find(other, u"a.exe").path, "C:\\two\\a.exe");
}

}  // namespace ringfence::win
