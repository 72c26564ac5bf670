#include "win/repository_scan.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "win/ascii_case.h"
#include "win/utf16.h"

namespace ringfence::win {
namespace {

bool IsGit(std::u16string_view name) {
  constexpr std::u16string_view kGit = u".GIT";
  return std::equal(name.begin(), name.end(), kGit.begin(), kGit.end(),
                    [](char16_t unit, char16_t upper) { return UpperAscii(unit) == upper; });
}

// The directory went away, or became something else, between being listed and being read.
bool IsVanished(OsError error) {
  return error.is(kErrorFileNotFound) || error.is(kErrorPathNotFound) || error.is(kErrorDirectory);
}

// Of a name that Windows took from somebody who does not write UTF-16.
bool HasLoneSurrogate(std::u16string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool high = text[i] >= 0xd800 && text[i] < 0xdc00;
    const bool low = text[i] >= 0xdc00 && text[i] < 0xe000;
    if (low) return true;
    if (!high) continue;
    if (i + 1 == text.size() || text[i + 1] < 0xdc00 || text[i + 1] >= 0xe000) return true;
    ++i;
  }
  return false;
}

void TakeEntries(const std::u16string& directory, const std::vector<DirectoryEntry>& entries,
                 std::vector<std::u16string>* pending, ScanResult* result) {
  for (const DirectoryEntry& entry : entries) {
    std::u16string path = directory;
    if (path.back() != u'\\') path += u'\\';
    path += entry.name;
    if (IsGit(entry.name)) {
      if (HasLoneSurrogate(path)) {
        ++result->unrepresentable;
      } else {
        result->git_entries.push_back(ToUtf8(path));
      }
    } else if (entry.directory && !entry.reparse_point) {
      pending->push_back(std::move(path));
    }
  }
}

}  // namespace

void ScanRepositories(const ListEntries& list, std::vector<std::u16string> roots,
                      const ScanOptions& options, ScanResult* result) {
  for (std::u16string& root : roots) {
    while (root.size() > 3 && root.back() == u'\\') root.pop_back();
  }
  // An outer root comes before those inside it; what is taken first is at the end.
  std::sort(roots.begin(), roots.end(), std::greater<>());
  std::unordered_set<std::u16string> known;
  std::vector<std::u16string> pending = std::move(roots);
  std::vector<DirectoryEntry> entries;
  while (!pending.empty()) {
    const std::u16string directory = std::move(pending.back());
    pending.pop_back();
    if (directory.empty() || !known.insert(directory).second) continue;
    if (result->directories == options.max_directories) {
      result->complete = false;
      return;
    }
    entries.clear();
    const OsError error = list(directory, &entries);
    if (IsVanished(error)) continue;
    ++result->directories;
    if (error.ok()) {
      TakeEntries(directory, entries, &pending, result);
    } else {
      result->unreadable.push_back({ToUtf8(directory), Failed(Stage::kWinScanRead, error)});
    }
  }
}

}  // namespace ringfence::win
