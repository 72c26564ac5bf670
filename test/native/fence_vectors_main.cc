// Writes fences of the models as JSON, as fence_vectors.h says:
//   ringfence_vectors --out FILE [--seed N] [--cases N]
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "fence_vectors.h"

namespace {

struct Options {
  unsigned long seed = 1;
  unsigned long cases = 4000;
  std::string out;
};

// False: they are not what the head of this file says.
bool ReadOptions(int count, char** arguments, Options* options) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    if (name == "--out") {
      options->out = arguments[i + 1];
      continue;
    }
    char* end = nullptr;
    const unsigned long value = std::strtoul(arguments[i + 1], &end, 10);
    if (*end != '\0' || (name != "--seed" && name != "--cases")) return false;
    (name == "--seed" ? options->seed : options->cases) = value;
  }
  return count % 2 == 1 && !options->out.empty();
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  if (!ReadOptions(count, arguments, &options)) {
    static_cast<void>(
        std::fprintf(stderr, "usage: %s --out FILE [--seed N] [--cases N]\n", arguments[0]));
    return 2;
  }
  const std::string vectors =
      ringfence::win::FenceVectors(static_cast<uint32_t>(options.seed), options.cases);
  std::ofstream file(options.out, std::ios::binary);
  file << vectors;
  file.close();
  if (vectors.empty() || !file) {
    static_cast<void>(std::fprintf(stderr, "%s: no vectors were written\n", options.out.c_str()));
    return 1;
  }
  return 0;
}
