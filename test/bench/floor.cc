// The floor that every spawn is compared with: posix_spawn(3) of a program and waitpid(2), from a
// small process. For each line read, does it once and prints the microseconds; ends with 1 when
// the program does not exit with 0.
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>

static double Microseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  char line[16];
  while (fgets(line, sizeof line, stdin) != nullptr) {
    const double start = Microseconds();
    pid_t pid = 0;
    if (posix_spawn(&pid, argv[1], nullptr, nullptr, argv + 1, environ) != 0) return 1;
    int status = 0;
    if (waitpid(pid, &status, 0) < 0 || status != 0) return 1;
    printf("%.1f\n", Microseconds() - start);
    fflush(stdout);
  }
  return 0;
}
