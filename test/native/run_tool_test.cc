#include "posix/run_tool.h"

#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>

#include "check.h"
#include "temp_directory.h"

namespace ringfence {
namespace {

constexpr char kShell[] = "/bin/sh";
constexpr int kLongMs = 30'000;

ToolResult Shell(const std::string& script) {
  ToolResult result;
  CHECK(RunTool(kShell, {"-c", script}, kLongMs, &result).ok());
  return result;
}

double SecondsFor(const auto& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(RunToolReturnsOutputAndExitCode) {
  const ToolResult result = Shell("echo out; echo err >&2; exit 3");
  CHECK_EQ(result.standard_output, "out\n");
  CHECK_EQ(result.code, 3);
  CHECK_EQ(result.signal, 0);
}

TEST(RunToolPassesArgumentsAsTheyAre) {
  ToolResult result;
  CHECK(RunTool("/bin/echo", {"-n", "a b", "", "$HOME;'"}, kLongMs, &result).ok());
  CHECK_EQ(result.standard_output, "a b  $HOME;'");
}

TEST(RunToolReportsTheSignalThatEndedTheTool) {
  const ToolResult result = Shell("kill -TERM $$");
  CHECK_EQ(result.signal, SIGTERM);
  CHECK_EQ(result.code, 0);
}

TEST(RunToolGivesEmptyInputAndOnlyAPath) {
  CHECK_EQ(Shell("cat; echo end").standard_output, "end\n");
  CHECK(Shell("env").standard_output.find("HOME=") == std::string::npos);
}

TEST(RunToolResetsTheSignalsThatTheHostChanged) {
  (void)signal(SIGPIPE, SIG_IGN);
  const ToolResult result = Shell("kill -PIPE $$");
  (void)signal(SIGPIPE, SIG_DFL);
  CHECK_EQ(result.signal, SIGPIPE);
}

TEST(RunToolKeepsTheFirstPartOfLongOutput) {
  const ToolResult result = Shell("head -c 1000000 /dev/zero; exit 5");
  CHECK_EQ(result.standard_output.size(), 256U * 1024U);
  CHECK_EQ(result.code, 5);
}

TEST(RunToolKillsAndReapsAfterTheTimeout) {
  for (const char* const script :
       {"trap '' TERM; exec sleep 60", "exec >&-; exec sleep 60", "exec yes"}) {
    ToolResult result;
    Status status;
    const double seconds =
        SecondsFor([&] { status = RunTool(kShell, {"-c", script}, 200, &result); });
    CHECK(status.stage() == Stage::kToolTimeout);
    CHECK_EQ(status.error(), 0);
    CHECK_EQ(status.path(), kShell);
    CHECK(seconds >= 0.2 && seconds < 10);
  }
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD);
}

TEST(RunToolDoesNotWaitForWhatTheToolLeftBehind) {
  const double seconds =
      SecondsFor([] { CHECK_EQ(Shell("sleep 3 & echo hi").standard_output, "hi\n"); });
  CHECK(seconds < 2);
}

TEST(RunToolReportsWhyItCouldNotStart) {
  ToolResult result;
  Status status = RunTool("/nonexistent/tool", {}, kLongMs, &result);
  CHECK(status.stage() == Stage::kToolSpawn);
  CHECK_EQ(status.error(), ENOENT);
  CHECK_EQ(status.path(), "/nonexistent/tool");
  status = RunTool("/etc/passwd", {}, kLongMs, &result);
  CHECK_EQ(status.error(), EACCES);
}

TEST(RunToolLeavesNoDescriptors) {
  const size_t before = test::CountOpenDescriptors();
  for (int i = 0; i < 20; ++i) Shell("true");
  CHECK_EQ(test::CountOpenDescriptors(), before);
}

}  // namespace
}  // namespace ringfence
