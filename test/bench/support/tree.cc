// tree COUNT: a tree of COUNT processes, each with up to four children. Each writes a byte to
// stdout when it is there, and then waits for ever. Ends with 1 when a process cannot be made.
#include <stdlib.h>
#include <unistd.h>

static const long kChildren = 4;

/** The process with this number has the children kChildren * number + 1, 2, ... as in a heap. */
static void Grow(long number, long count) {
  for (long child = kChildren * number + 1; child <= kChildren * (number + 1) && child < count;
       child++) {
    const pid_t pid = fork();
    if (pid < 0) _exit(1);
    if (pid != 0) continue;
    number = child;
    child = kChildren * number;
  }
  if (write(1, ".", 1) != 1) _exit(1);
  for (;;) pause();
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  Grow(0, atol(argv[1]));
}
