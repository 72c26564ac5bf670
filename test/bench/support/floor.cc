// The floor that every spawn is compared with: posix_spawn(3) of a program and waitpid(2), from a
// small process. Each line read is `COUNT IN_FLIGHT`: starts the program COUNT times, at most
// IN_FLIGHT at once, and prints the microseconds that all of them took, or `failed` when one did
// not exit with 0.
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

static bool Run(char** argv, int count, int in_flight) {
  int started = 0;
  for (int ended = 0; ended < count; ended++) {
    for (; started < count && started - ended < in_flight; started++) {
      pid_t pid = 0;
      if (posix_spawn(&pid, argv[0], nullptr, nullptr, argv, environ) != 0) return false;
    }
    int status = 0;
    if (waitpid(-1, &status, 0) < 0 || status != 0) return false;
  }
  return true;
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  int count = 0;
  int in_flight = 0;
  while (scanf("%d %d", &count, &in_flight) == 2) {
    const double start = Microseconds();
    if (Run(argv + 1, count, in_flight)) {
      printf("%.1f\n", Microseconds() - start);
    } else {
      puts("failed");
      while (waitpid(-1, nullptr, 0) > 0) {
      }
    }
    fflush(stdout);
  }
  return 0;
}
