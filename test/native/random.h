// Reproducible random choices for generated cases: the seed is in the test, the numbers are the
// same everywhere.
#ifndef RINGFENCE_TEST_NATIVE_RANDOM_H_
#define RINGFENCE_TEST_NATIVE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <random>

namespace ringfence::test {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}

  // 0 to `end` - 1. The standard's distributions differ between libraries; a modulus does not.
  size_t Below(size_t end) { return engine_() % end; }
  bool OneIn(size_t n) { return Below(n) == 0; }
  uint32_t Bits() { return static_cast<uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

}  // namespace ringfence::test

#endif  // RINGFENCE_TEST_NATIVE_RANDOM_H_
