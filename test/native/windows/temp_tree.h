// A directory on this machine's disk, with what tests put into it.
#ifndef RINGFENCE_TEST_NATIVE_WINDOWS_TEMP_TREE_H_
#define RINGFENCE_TEST_NATIVE_WINDOWS_TEMP_TREE_H_

#include <string>
#include <string_view>

namespace ringfence::test {

class TempTree {
 public:
  // Below the user's directory for temporary files.
  TempTree();
  ~TempTree();
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  // Canonical (win/canonical_path.h).
  const std::u16string& path() const { return path_; }
  std::u16string At(std::u16string_view name) const { return path_ + u"\\" + std::u16string(name); }

  // By their names letter by letter, as \\?\ has them. The path.
  std::u16string AddDirectory(std::u16string_view name) const;
  std::u16string AddFile(std::u16string_view name) const;

 private:
  std::u16string path_;
};

// What the name leads to, with links followed and letters as the directory has them; empty when
// there is nothing.
std::u16string CanonicalPath(const std::u16string& path);

}  // namespace ringfence::test

#endif  // RINGFENCE_TEST_NATIVE_WINDOWS_TEMP_TREE_H_
