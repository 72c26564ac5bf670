#include "core/stage.h"

#include <set>
#include <string>

#include "check.h"

namespace ringfence {
namespace {

TEST(StageNamesAreUniqueAndLowerCase) {
  std::set<std::string> seen;
  uint32_t stage = 0;
  for (; std::string(StageName(stage)) != "unknown"; ++stage) {
    const std::string name = StageName(stage);
    CHECK(seen.insert(name).second);
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos);
  }
  CHECK(stage > 1);
}

TEST(StageNumbersAndNamesBelongTogether) {
  CHECK_EQ(std::string(StageName(static_cast<uint32_t>(Stage::kNone))), "none");
  CHECK_EQ(std::string(StageName(static_cast<uint32_t>(Stage::kExec))), "posix.exec");
  CHECK_EQ(std::string(StageSyscall(static_cast<uint32_t>(Stage::kExec))), "execve");
}

TEST(StageOutOfRangeIsUnknown) {
  CHECK_EQ(std::string(StageName(0xffffffff)), "unknown");
  CHECK_EQ(std::string(StageSyscall(0xffffffff)), "");
}

}  // namespace
}  // namespace ringfence
