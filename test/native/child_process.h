// A forked child for what must not happen in the test program itself: dying, dropping root,
// changing namespaces. Parent and child take turns over a pipe in each direction.
#ifndef RINGFENCE_TEST_NATIVE_CHILD_PROCESS_H_
#define RINGFENCE_TEST_NATIVE_CHILD_PROCESS_H_

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "check.h"
#include "posix/unique_fd.h"

namespace ringfence::test {

class Turns {
 public:
  Turns(int read_end, int write_end) : read_end_(read_end), write_end_(write_end) {}
  void Signal() const {
    const char byte = 'x';
    CHECK(write(write_end_, &byte, 1) == 1);
  }
  void Wait() const {
    char byte = 0;
    CHECK(read(read_end_, &byte, 1) == 1);
  }

 private:
  int read_end_;
  int write_end_;
};

inline constexpr int kChecksFailed = 251;

class ChildProcess {
 public:
  // The child runs body(turns) and exits with its result, or kChecksFailed.
  template <typename Body>
  explicit ChildProcess(Body body) {
    (void)std::fflush(stdout);
    int to_child[2];
    int to_parent[2];
    CHECK(pipe2(to_child, O_CLOEXEC) == 0 && pipe2(to_parent, O_CLOEXEC) == 0);
    pid_ = fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) {
      const int failed_before = FailedChecks();
      int code = body(Turns(to_child[0], to_parent[1]));
      if (code == 0 && FailedChecks() != failed_before) code = kChecksFailed;
      (void)std::fflush(stdout);
      _exit(code);
    }
    close(to_child[0]);
    close(to_parent[1]);
    write_end_.reset(to_child[1]);
    read_end_.reset(to_parent[0]);
  }

  Turns turns() const { return Turns(read_end_.get(), write_end_.get()); }

  // Exit code, or 1000 + signal.
  int Join() {
    int status = 0;
    CHECK(waitpid(pid_, &status, 0) == pid_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

  void Kill() const { CHECK(kill(pid_, SIGKILL) == 0); }

 private:
  pid_t pid_ = -1;
  unique_fd read_end_;
  unique_fd write_end_;
};

// An unprivileged user that is not us, for children of root.
inline constexpr uid_t kOtherUser = 65534;

}  // namespace ringfence::test

#endif  // RINGFENCE_TEST_NATIVE_CHILD_PROCESS_H_
