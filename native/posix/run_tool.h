// Runs a tool of the host to its end, without a sandbox and without a shell. For asking a tool
// about itself (`bwrap --help`), never for commands of users.
#ifndef RINGFENCE_POSIX_RUN_TOOL_H_
#define RINGFENCE_POSIX_RUN_TOOL_H_

#include <string>
#include <vector>

#include "core/status.h"

namespace ringfence {

struct ToolResult {
  // Exit code; 0 when a signal ended the tool.
  int code = 0;
  // Signal that ended the tool; 0 when it exited.
  int signal = 0;
  // The first 256 KiB; the rest is read and dropped.
  std::string standard_output;
};

// Blocks until the tool has ended; meant for a worker thread. `file` is a path, not looked up in
// PATH; `args` are the arguments without argv[0], which is `file`. Standard input and error are
// /dev/null, the environment is a PATH only. A tool that runs longer than `timeout_ms` is killed:
// Status kToolTimeout, errno 0.
Status RunTool(const std::string& file, const std::vector<std::string>& args, int timeout_ms,
               ToolResult* result);

}  // namespace ringfence

#endif  // RINGFENCE_POSIX_RUN_TOOL_H_
