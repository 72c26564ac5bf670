// Launches on the system that the tests run on, of the program in command/main.cc.
#ifndef RINGFENCE_TEST_NATIVE_WINDOWS_REAL_LAUNCH_H_
#define RINGFENCE_TEST_NATIVE_WINDOWS_REAL_LAUNCH_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "win/launch.h"
#include "win/named_pipe.h"
#include "win/unique_handle.h"

namespace ringfence::win {

// Where the program of tests is: beside this one.
std::u16string CommandProgram();

// What this process has.
std::vector<EnvironmentVariable> OwnEnvironment();

// A file or directory with this name in the directory for temporary files.
std::u16string TemporaryPath(const std::u16string& name);

// One launch. Every wait ends after half a minute, and the test has failed then.
class RealLaunch {
 public:
  // Runs the program with these arguments, the environment and the directory of this process, on
  // its desktop, without streams.
  explicit RealLaunch(std::vector<std::u16string> arguments);
  ~RealLaunch();
  RealLaunch(const RealLaunch&) = delete;
  RealLaunch& operator=(const RealLaunch&) = delete;

  // Before the start. The command's output is what output() will be.
  void CaptureOutput();

  // With a token of this process that restricts nothing, so that it works under Wine too.
  Status Start();
  // As the product does.
  Status StartFenced();

  // A read of output has got so much at least, or output has ended. False: time is over.
  bool WaitForOutput(const std::string& part);
  // Until the command's own process has ended.
  bool WaitForExit();
  // Until the output has ended and no process is left.
  bool Finish();
  uint32_t ExitCode();

  const std::string& output() const { return output_; }
  // Output in UTF-16, split behind each NUL.
  std::vector<std::u16string> OutputTexts() const;
  // From now on output is what the terminal shows.
  void ReadTerminal();

  LaunchPlan plan;
  LaunchRequest request;
  Launched launched;

 private:
  void StartRead();
  // One packet. False: time is over.
  bool Step();

  uint64_t end_;
  UniqueHandle port_;
  Pipe pipe_;
  Overlapped overlapped_;
  std::array<uint8_t, 4096> bytes_ = {};
  bool associated_ = false;
  bool reading_ = false;
  std::string output_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WINDOWS_REAL_LAUNCH_H_
