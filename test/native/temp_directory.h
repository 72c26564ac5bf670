// A directory under /tmp for one test, removed with all below it, however deep.
#ifndef RINGFENCE_TEST_NATIVE_TEMP_DIRECTORY_H_
#define RINGFENCE_TEST_NATIVE_TEMP_DIRECTORY_H_

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "check.h"
#include "posix/directory_names.h"
#include "posix/run_tool.h"
#include "posix/unique_fd.h"

namespace ringfence::test {

class TempDirectory {
 public:
  explicit TempDirectory(const std::string& parent = "/tmp") : path_(parent + "/ringfence-XXXXXX") {
    CHECK(mkdtemp(path_.data()) != nullptr);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    // rm handles paths longer than PATH_MAX.
    ToolResult result;
    CHECK(RunTool("/bin/rm", {"-rf", path_}, 120'000, &result).ok());
  }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline void MakeDirectory(const std::string& path, mode_t mode = 0755) {
  CHECK(mkdir(path.c_str(), mode) == 0);
  CHECK(chmod(path.c_str(), mode) == 0);
}

inline void MakeFile(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  CHECK(fd >= 0);
  close(fd);
}

inline bool Exists(const std::string& path) {
  struct stat facts = {};
  return lstat(path.c_str(), &facts) == 0;
}

inline size_t CountEntries(const std::string& path) {
  std::vector<std::string> names;
  (void)ReadDirectoryNames(unique_fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
                           &names);
  return names.size();
}

inline size_t CountOpenDescriptors() { return CountEntries("/proc/self/fd"); }

}  // namespace ringfence::test

#endif  // RINGFENCE_TEST_NATIVE_TEMP_DIRECTORY_H_
