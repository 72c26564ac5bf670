// Names of entries in a tree: components with a backslash between them, from the top of the tree,
// which is the empty path.
#ifndef RINGFENCE_TEST_NATIVE_TREE_PATH_H_
#define RINGFENCE_TEST_NATIVE_TREE_PATH_H_

#include <string>

namespace ringfence::win {

inline std::string ParentOf(const std::string& path) {
  const size_t end = path.rfind('\\');
  return end == std::string::npos ? std::string() : path.substr(0, end);
}

inline std::string NameOf(const std::string& path) { return path.substr(path.rfind('\\') + 1); }

inline std::string Join(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + '\\' + name;
}

// Also when it is the directory itself.
inline bool IsInside(const std::string& path, const std::string& directory) {
  return directory.empty() || path == directory || path.starts_with(directory + '\\');
}

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_TREE_PATH_H_
