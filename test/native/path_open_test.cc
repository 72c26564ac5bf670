#include "linux/path_open.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "child_process.h"
#include "core/bpf.h"
#include "linux/uapi/syscall_numbers.h"
#include "temp_directory.h"

namespace ringfence {
namespace {

using test::ChildProcess;
using test::MakeDirectory;
using test::TempDirectory;
using test::Turns;

void CheckEveryKindOfPath() {
  const TempDirectory root;
  MakeDirectory(root / "a");
  MakeDirectory(root / "a/b");
  test::MakeFile(root / "file");
  CHECK(symlink("a", (root / "link").c_str()) == 0);
  unique_fd fd;
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, root / "a//b/", O_PATH, &fd), 0);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, root / "link/b", O_PATH, &fd), ELOOP);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, root / "link", O_RDONLY, &fd), ELOOP);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, root / "link", O_PATH, &fd), ELOOP);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, root / "a/c", O_RDONLY, &fd), ENOENT);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, root / "file/c", O_PATH, &fd), ENOTDIR);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, root / std::string(300, 'n'), O_PATH, &fd),
           ENAMETOOLONG);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, "", O_RDONLY, &fd), ENOENT);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, "/", O_RDONLY, &fd), 0);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, root.path(), O_PATH, &fd), 0);
  CHECK((fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  unique_fd below;
  CHECK_EQ(OpenDirectoryNoSymlinks(fd.get(), "a/b", O_RDONLY, &below), 0);
  CHECK(below.valid());
}

// Makes openat2 fail in this process as an old kernel or container engine does.
bool ForbidOpenat2(int error) {
  BpfAssembler assembler;
  const auto allow = assembler.Return(SECCOMP_RET_ALLOW);
  const auto refuse = assembler.Return(SECCOMP_RET_ERRNO | static_cast<uint32_t>(error));
  assembler.Load(0, assembler.Branch(kBpfJumpEqual, __NR_openat2, refuse, allow));
  std::vector<BpfInstruction> filter = std::move(assembler).Finish();
  const sock_fprog program = {static_cast<unsigned short>(filter.size()),
                              reinterpret_cast<sock_filter*>(filter.data())};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

TEST(PathOpenRefusesLinksAnywhere) { CheckEveryKindOfPath(); }

TEST(PathOpenDoesTheSameWithoutOpenat2) {
  for (const int error : {ENOSYS, EPERM}) {
    ChildProcess child([error](Turns) {
      if (!ForbidOpenat2(error)) return 1;
      const long fd = syscall(__NR_openat2, AT_FDCWD, "/", nullptr, 0);
      if (fd >= 0 || errno != error) return 2;
      CheckEveryKindOfPath();
      return 0;
    });
    CHECK_EQ(child.Join(), 0);
  }
}

TEST(PathOpenTakesPathsLongerThanTheKernelDoes) {
  const TempDirectory root;
  const std::string name(200, 'd');
  std::string path = root.path();
  unique_fd fd(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < 50; ++i) {
    CHECK(mkdirat(fd.get(), name.c_str(), 0755) == 0);
    fd.reset(openat(fd.get(), name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    path += "/" + name;
  }
  CHECK(symlinkat(".", fd.get(), "link") == 0);
  CHECK(open(path.c_str(), O_PATH | O_CLOEXEC) == -1 && errno == ENAMETOOLONG);
  unique_fd opened;
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, path, O_RDONLY, &opened), 0);
  CHECK_EQ(OpenDirectoryNoSymlinks(AT_FDCWD, path + "/link", O_RDONLY, &opened), ELOOP);
}

}  // namespace
}  // namespace ringfence
