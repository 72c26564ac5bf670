// Compares the access-check model with the system's own AccessCheck, case by case, in this process:
//   ringfence_access_check_fuzz [--seed N] [--cases N]
// Ends with 0 when every case is as the model has it, 1 when one is not, 2 when a call failed.
// Under Wine, which has neither restricting SIDs nor all of the walk, it says so and compares what
// Wine has.
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "access_check_passes.h"
#include "windows/access_check_kernel.h"
#include "windows/wine.h"

namespace {

using ringfence::test::Random;
using ringfence::win::PassResult;
using ringfence::win::ReadingResult;

struct Options {
  unsigned long seed = 20240607;
  unsigned long cases = 80000;
};

// False: they are not what the head of this file says.
bool ReadOptions(int count, char** arguments, Options* options) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    char* end = nullptr;
    const unsigned long value = std::strtoul(arguments[i + 1], &end, 10);
    if (*end != '\0' || (name != "--seed" && name != "--cases")) return false;
    (name == "--seed" ? options->seed : options->cases) = value;
  }
  return count % 2 == 1 && options->cases > 0;
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  if (!ReadOptions(count, arguments, &options)) {
    static_cast<void>(std::fprintf(stderr, "usage: %s [--seed N] [--cases N]\n", arguments[0]));
    return 2;
  }
  const bool wine = ringfence::test::UnderWine();
  std::printf("seed %lu, %s\n", options.seed, wine ? "Wine, with its quirks" : "Windows");
  Random random(static_cast<uint32_t>(options.seed));
  const auto own = ringfence::win::KernelToken::OfProcess();
  const PassResult plain = CheckPlainTokens(*own, wine, options.cases, &random);
  std::printf("%s", plain.report.c_str());
  PassResult restricted;
  if (wine) {
    // Each case is up to 28 questions to the system, hence fewer of them.
    restricted = CheckRenamedRestrictingSids(*own, options.cases / 4, &random);
  } else {
    ReadingResult reading = CheckRestrictedTokens(*own, options.cases, &random);
    restricted = std::move(reading.result);
    restricted.report += "fits: " + (reading.fitting.empty() ? "none" : reading.fitting) + "\n";
  }
  const bool passed = plain.passed && restricted.passed;
  std::printf("%s%s: %zu cases\n", restricted.report.c_str(), passed ? "passed" : "FAILED",
              plain.cases + restricted.cases);
  return passed ? 0 : 1;
}
