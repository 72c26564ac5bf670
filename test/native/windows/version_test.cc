#include "check.h"
#include "win/api/windows_version.h"

namespace ringfence::win {
namespace {

// Node 20 runs on Windows 10 and later, whose first build was 10240.
TEST(TheBuildOfWindowsIsKnown) {
  const uint32_t build = WindowsBuild();
  CHECK(build >= 10240);
  CHECK(build < 100'000);
}

}  // namespace
}  // namespace ringfence::win
