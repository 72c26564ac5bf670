// Names of files in the one form that they are compared, stored and opened in.
//
// A canonical path is what GetFinalPathNameByHandleW gives, without \\?\: links are resolved, 8.3
// names are long, and letters have the case that the directory has. It is compared as it is: two
// names that differ by case are two files where a directory is case-sensitive, and nowhere else can
// both be canonical.
#ifndef RINGFENCE_WIN_CANONICAL_PATH_H_
#define RINGFENCE_WIN_CANONICAL_PATH_H_

#include <string>
#include <string_view>

namespace ringfence::win {

// \\?\C:\a is C:\a, \\?\UNC\server\share is \\server\share ("Naming Files, Paths, and Namespaces"
// on learn.microsoft.com). Any other path stays.
std::u16string PlainPath(std::u16string_view final_path);

// The other way: the calls then take the name letter by letter, and of any length.
std::u16string ExtendedPath(std::u16string_view plain_path);

// `path` is `directory` or lies in it. ASCII letters are compared without regard to case, which
// errs towards yes.
bool IsWithin(std::u16string_view path, std::u16string_view directory);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_CANONICAL_PATH_H_
