#include "posix/run_tool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>

#include "posix/unique_fd.h"

namespace ringfence {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxOutput = 256 * 1024;
// How often is looked whether the tool has ended: seldom while it may still write.
constexpr int kOpenCheckMs = 10;
constexpr int kClosedCheckMs = 1;

// Released on every path out of Spawn.
struct SpawnSettings {
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

// posix_spawn and not fork: the caller may have gigabytes of heap.
int Spawn(const std::string& file, const std::vector<std::string>& args, int output, pid_t* pid) {
  SpawnSettings settings;
  sigset_t signals;
  sigemptyset(&signals);
  int error = posix_spawnattr_setsigmask(&settings.attributes, &signals);
  sigaddset(&signals, SIGPIPE);
  if (error == 0) error = posix_spawnattr_setsigdefault(&settings.attributes, &signals);
  if (error == 0) {
    error = posix_spawnattr_setflags(&settings.attributes,
                                     POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  auto* const actions = &settings.actions;
  // The output first: where the host has closed its own 0, `output` may be 0.
  if (error == 0) error = posix_spawn_file_actions_adddup2(actions, output, 1);
  if (error == 0) error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  if (error == 0) error = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
  if (error != 0) return error;

  std::vector<char*> argv = {const_cast<char*>(file.c_str())};
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char* environment[] = {path, nullptr};
  return posix_spawn(pid, file.c_str(), actions, &settings.attributes, argv.data(), environment);
}

enum class ReadOutcome { kMore, kNothingYet, kEnd, kFailed };

ReadOutcome ReadSome(int fd, std::string* output) {
  char buffer[16 * 1024];
  const ssize_t count = read(fd, buffer, sizeof buffer);
  if (count > 0) {
    const size_t room = kMaxOutput - output->size();
    output->append(buffer, std::min(room, static_cast<size_t>(count)));
    return ReadOutcome::kMore;
  }
  if (count == 0) return ReadOutcome::kEnd;
  return errno == EAGAIN || errno == EINTR ? ReadOutcome::kNothingYet : ReadOutcome::kFailed;
}

// Reads and waits until the tool has ended, or `deadline`. The end of the output is not the end of
// the tool, and something that the tool left behind may hold its output open: both are watched.
Status Follow(pid_t pid, int output, Clock::time_point deadline, ToolResult* result,
              int* wait_status, bool* ended) {
  bool open = true;
  while (!*ended) {
    if (Clock::now() >= deadline) return Status(Stage::kToolTimeout, 0);
    pollfd watched = {open ? output : -1, POLLIN, 0};
    if (poll(&watched, 1, open ? kOpenCheckMs : kClosedCheckMs) < 0 && errno != EINTR) {
      return Status(Stage::kToolRead, errno);
    }
    // Before reading: what an ended tool has written is then already in the pipe.
    const pid_t waited = waitpid(pid, wait_status, WNOHANG);
    // Somebody else has reaped it: its number may be another process's by now.
    *ended = waited == pid || (waited < 0 && errno != EINTR);
    if (waited < 0 && *ended) return Status(Stage::kToolSpawn, errno);
    ReadOutcome outcome = open ? ReadOutcome::kMore : ReadOutcome::kEnd;
    while (outcome == ReadOutcome::kMore && Clock::now() < deadline) {
      outcome = ReadSome(output, &result->standard_output);
    }
    if (outcome == ReadOutcome::kFailed) return Status(Stage::kToolRead, errno);
    open = outcome != ReadOutcome::kEnd;
  }
  return Status::Ok();
}

}  // namespace

Status RunTool(const std::string& file, const std::vector<std::string>& args, int timeout_ms,
               ToolResult* result) {
  *result = {};
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Status(Stage::kToolSpawn, errno, file);
  const unique_fd output(ends[0]);
  unique_fd input(ends[1]);
  // Only the reading end: the tool shall not find its output non-blocking.
  if (fcntl(output.get(), F_SETFL, O_NONBLOCK) != 0) return Status(Stage::kToolRead, errno, file);

  pid_t pid = -1;
  if (const int error = Spawn(file, args, input.get(), &pid); error != 0) {
    return Status(Stage::kToolSpawn, error, file);
  }
  input.reset();

  int wait_status = 0;
  bool ended = false;
  const Status status = Follow(pid, output.get(), deadline, result, &wait_status, &ended);
  if (!ended) {
    kill(pid, SIGKILL);
    while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR) {
    }
  }
  if (!status.ok()) return Status(status.stage(), status.error(), file);
  if (WIFSIGNALED(wait_status)) {
    result->signal = WTERMSIG(wait_status);
  } else {
    result->code = WEXITSTATUS(wait_status);
  }
  return Status::Ok();
}

}  // namespace ringfence
