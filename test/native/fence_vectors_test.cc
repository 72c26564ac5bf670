#include "fence_vectors.h"

#include "check.h"

namespace ringfence::win {
namespace {

size_t Occurrences(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(VectorsAreThoseOfTheirSeed) {
  const std::string vectors = FenceVectors(1, 200);
  CHECK(!vectors.empty());
  CHECK(FenceVectors(1, 200) == vectors);
  CHECK(FenceVectors(2, 200) != vectors);
}

TEST(VectorsHaveWhatWasAskedForAndBothVerdicts) {
  const std::string vectors = FenceVectors(1, 400);
  CHECK(Occurrences(vectors, "\"verdicts\":[") >= 400);
  CHECK(Occurrences(vectors, "\"verdicts\":[true,true]") > 50);
  CHECK(Occurrences(vectors, "\"verdicts\":[false,false]") > 50);
  CHECK(Occurrences(vectors, "\"everyone\":true") > 2);
  CHECK(Occurrences(vectors, "\"plain\":true") > 4);
  CHECK(Occurrences(vectors, "\"descriptor\":\"G:S-1-5-18O:S-1-5-21-10-20-30-1001D:P(A;") > 8);
}

}  // namespace
}  // namespace ringfence::win
