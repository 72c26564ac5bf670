#include "check.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace ringfence::test {
namespace {

struct Case {
  const char* name;
  void (*body)();
};

// A function, so that it exists before any static initialiser registers a test.
std::vector<Case>& Cases() {
  static std::vector<Case> cases;
  return cases;
}

int failed_checks = 0;
const char* skipped_because = nullptr;

// Only on Windows are there tests that skip themselves, and only under Wine may they.
bool MayNotSkip() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
  const char* must_work = std::getenv("RINGFENCE_TEST_MUST_WORK");
  const std::string list = "," + std::string(must_work == nullptr ? "" : must_work) + ",";
  return list.find(",windows,") != std::string::npos;
}

bool IsWanted(std::string_view name, int count, char** parts) {
  for (int i = 0; i < count; ++i) {
    if (name.find(parts[i]) != std::string_view::npos) return true;
  }
  return count == 0;
}

// What a test printed is not lost when the next one crashes.
void Print(const char* word, const char* name, const char* more) {
  std::printf("%s %s%s%s\n", word, name, *more == '\0' ? "" : ": ", more);
  static_cast<void>(std::fflush(stdout));
}

}  // namespace

bool Register(const char* name, void (*body)()) {
  Cases().push_back({name, body});
  return true;
}

void Fail(const char* file, int line, const std::string& message) {
  ++failed_checks;
  std::printf("%s:%d: %s\n", file, line, message.c_str());
  static_cast<void>(std::fflush(stdout));
}

void Skip(const char* why) { skipped_because = why; }

int FailedChecks() { return failed_checks; }

}  // namespace ringfence::test

// Arguments: parts of names; tests whose names have none of them do not run.
int main(int count, char** arguments) {
  using namespace ringfence::test;
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  for (const Case& test : Cases()) {
    if (!IsWanted(test.name, count - 1, arguments + 1)) continue;
    failed_checks = 0;
    skipped_because = nullptr;
    test.body();
    if (skipped_because != nullptr) Print("SKIPPED", test.name, skipped_because);
    if (failed_checks > 0 || (skipped_because != nullptr && MayNotSkip())) {
      ++failed;
      Print("FAILED", test.name, "");
    } else if (skipped_because != nullptr) {
      ++skipped;
    } else {
      ++passed;
    }
  }
  if (skipped > 0) std::printf("%d skipped\n", skipped);
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
