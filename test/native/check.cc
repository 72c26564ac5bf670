#include "check.h"

#include <cstdio>
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

}  // namespace

bool Register(const char* name, void (*body)()) {
  Cases().push_back({name, body});
  return true;
}

void Fail(const char* file, int line, const std::string& message) {
  ++failed_checks;
  std::printf("%s:%d: %s\n", file, line, message.c_str());
}

int FailedChecks() { return failed_checks; }

}  // namespace ringfence::test

int main() {
  using namespace ringfence::test;
  int passed = 0;
  int failed = 0;
  for (const Case& test : Cases()) {
    failed_checks = 0;
    test.body();
    if (failed_checks == 0) {
      ++passed;
    } else {
      ++failed;
      std::printf("FAILED %s\n", test.name);
    }
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
