#include "win/canonical_path.h"

#include <algorithm>

#include "win/ascii_case.h"

namespace ringfence::win {
namespace {

constexpr std::u16string_view kExtended = u"\\\\?\\";
constexpr std::u16string_view kExtendedShare = u"\\\\?\\UNC\\";
constexpr std::u16string_view kShare = u"\\\\";

}  // namespace

std::u16string PlainPath(std::u16string_view final_path) {
  if (final_path.starts_with(kExtendedShare)) {
    return std::u16string(kShare).append(final_path.substr(kExtendedShare.size()));
  }
  if (final_path.starts_with(kExtended)) final_path.remove_prefix(kExtended.size());
  return std::u16string(final_path);
}

std::u16string ExtendedPath(std::u16string_view plain_path) {
  if (plain_path.starts_with(kShare)) {
    return std::u16string(kExtendedShare).append(plain_path.substr(kShare.size()));
  }
  return std::u16string(kExtended).append(plain_path);
}

bool IsWithin(std::u16string_view path, std::u16string_view directory) {
  if (directory.ends_with(u'\\')) directory.remove_suffix(1);
  if (path.size() < directory.size()) return false;
  const bool same_start =
      std::ranges::equal(path.substr(0, directory.size()), directory, {}, UpperAscii, UpperAscii);
  return same_start && (path.size() == directory.size() || path[directory.size()] == u'\\');
}

}  // namespace ringfence::win
