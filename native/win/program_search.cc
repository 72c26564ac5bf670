#include "win/program_search.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "win/ascii_case.h"
#include "win/command_line.h"
#include "win/utf16.h"

namespace ringfence::win {
namespace {

constexpr std::u16string_view kProgramExtensions[] = {u".COM", u".EXE"};
constexpr std::u16string_view kBatchExtensions[] = {u".BAT", u".CMD"};

bool EqualIgnoringCase(std::u16string_view a, std::u16string_view b) {
  return std::ranges::equal(a, b, {}, UpperAscii, UpperAscii);
}

bool IsSlash(char16_t unit) { return unit == u'\\' || unit == u'/'; }

bool HasDrive(std::u16string_view path) { return path.size() >= 2 && path[1] == u':'; }

// "\\server\share" or "C:\": where it leads depends on nothing else.
bool IsAbsolute(std::u16string_view path) {
  if (path.size() >= 2 && IsSlash(path[0]) && IsSlash(path[1])) return true;
  return HasDrive(path) && path.size() >= 3 && IsSlash(path[2]);
}

// With its dot; empty when there is none.
std::u16string_view Extension(std::u16string_view path) {
  const size_t name = path.find_last_of(u"\\/:");
  const size_t dot = path.rfind(u'.');
  const bool in_name = dot != path.npos && (name == path.npos || dot > name);
  return in_name ? path.substr(dot) : std::u16string_view();
}

bool IsProgramExtension(std::u16string_view extension) {
  return std::ranges::any_of(kProgramExtensions, [&](std::u16string_view known) {
    return EqualIgnoringCase(known, extension);
  });
}

std::u16string_view Variable(const std::vector<EnvironmentVariable>& environment,
                             std::u16string_view name) {
  const auto found = std::ranges::find_if(environment, [&](const EnvironmentVariable& variable) {
    return EqualIgnoringCase(variable.name, name);
  });
  return found == environment.end() ? std::u16string_view() : std::u16string_view(found->value);
}

std::vector<std::u16string_view> Split(std::u16string_view list) {
  std::vector<std::u16string_view> entries;
  while (!list.empty()) {
    const size_t end = std::min(list.find(u';'), list.size());
    entries.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return entries;
}

std::vector<std::u16string> Extensions(const std::vector<EnvironmentVariable>& environment) {
  std::vector<std::u16string> extensions;
  for (const std::u16string_view entry : Split(Variable(environment, u"PATHEXT"))) {
    if (IsProgramExtension(entry)) extensions.emplace_back(entry);
  }
  if (extensions.empty())
    extensions.assign(std::begin(kProgramExtensions), std::end(kProgramExtensions));
  return extensions;
}

std::u16string Join(std::u16string_view directory, std::u16string_view name) {
  std::u16string path(directory);
  if (!IsSlash(path.back())) path += u'\\';
  path += name;
  return path;
}

Status Refuse(const std::u16string& name, uint32_t code) {
  return Failed(Stage::kWinProgramFind, Win32Error(code), ToUtf8(name));
}

OsError LookAt(const Win32Api& api, const std::u16string& path, bool* is_file) {
  uint32_t attributes = 0;
  const OsError error = api.process.PathAttributes(path, &attributes);
  *is_file = error.ok() && (attributes & kFileAttributeDirectory) == 0;
  return error;
}

// Looks at one place after another. A directory that cannot be looked into does not end that; its
// error is told when nothing was found in others.
class Search {
 public:
  explicit Search(const Win32Api& api) : api_(api) {}

  bool IsFile(const std::u16string& path) {
    bool is_file = false;
    const OsError error = LookAt(api_, path, &is_file);
    const bool missing = error.is(kErrorFileNotFound) || error.is(kErrorPathNotFound);
    if (!error.ok() && !missing && failure_.ok()) failure_ = error;
    return is_file;
  }

  Status Nothing(const std::u16string& name) const {
    return failure_.ok() ? Refuse(name, kErrorFileNotFound)
                         : Failed(Stage::kWinProgramFind, failure_, ToUtf8(name));
  }

 private:
  const Win32Api& api_;
  OsError failure_;
};

Status FindInPath(const Win32Api& api, const std::u16string& name,
                  const std::vector<EnvironmentVariable>& environment, std::u16string* path) {
  std::vector<std::u16string> extensions = {u""};
  if (!IsProgramExtension(Extension(name)) && !IsBatchFile(name))
    extensions = Extensions(environment);
  Search search(api);
  std::u16string batch_file;
  for (std::u16string_view directory : Split(Variable(environment, u"PATH"))) {
    if (directory.size() >= 2 && directory.front() == u'"' && directory.back() == u'"') {
      directory = directory.substr(1, directory.size() - 2);
    }
    if (!IsAbsolute(directory)) continue;
    const std::u16string candidate = Join(directory, name);
    for (const std::u16string& extension : extensions) {
      if (!search.IsFile(candidate + extension)) continue;
      *path = candidate + extension;
      return Status::Ok();
    }
    for (const std::u16string_view extension : kBatchExtensions) {
      const std::u16string batch = candidate + std::u16string(extension);
      if (batch_file.empty() && search.IsFile(batch)) batch_file = batch;
    }
  }
  if (!batch_file.empty()) return Status(Stage::kWinBatchFile, 0, ToUtf8(batch_file));
  return search.Nothing(name);
}

// What is relative to anything but `cwd`, such as the current directory of another drive, has no
// meaning here.
Status MakeAbsolute(const std::u16string& name, const std::u16string& cwd, std::u16string* path) {
  if (IsAbsolute(name)) {
    *path = name;
  } else if (name.find(u':') != name.npos || (IsSlash(name.front()) && !HasDrive(cwd))) {
    return Refuse(name, kErrorPathNotFound);
  } else {
    *path = IsSlash(name.front()) ? cwd.substr(0, 2) + name : Join(cwd, name);
  }
  std::ranges::replace(*path, u'/', u'\\');
  return Status::Ok();
}

Status TakePath(const Win32Api& api, const std::u16string& name, const std::u16string& cwd,
                std::u16string* path) {
  std::u16string absolute;
  RINGFENCE_RETURN_IF_ERROR(MakeAbsolute(name, cwd, &absolute));
  bool is_file = false;
  OsError error = LookAt(api, absolute, &is_file);
  if (!is_file && Extension(absolute).empty()) {
    absolute += u".exe";
    error = LookAt(api, absolute, &is_file);
  }
  if (!error.ok()) return Failed(Stage::kWinProgramFind, error, ToUtf8(name));
  if (!is_file) return Refuse(name, kErrorFileNotFound);
  *path = std::move(absolute);
  return Status::Ok();
}

}  // namespace

Status FindProgram(const Win32Api& api, const std::u16string& name, const std::u16string& cwd,
                   const std::vector<EnvironmentVariable>& environment, std::u16string* path) {
  if (name.empty() || name.find(u'\0') != name.npos || !IsAbsolute(cwd)) {
    return Refuse(name, kErrorInvalidParameter);
  }
  const bool is_path = name.find_first_of(u"\\/:") != name.npos;
  return is_path ? TakePath(api, name, cwd, path) : FindInPath(api, name, environment, path);
}

}  // namespace ringfence::win
