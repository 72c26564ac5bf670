#include "win/sid.h"

#include <string>
#include <vector>

#include "check.h"
#include "random.h"

namespace ringfence::win {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes BytesOf(const Sid& sid) {
  Bytes bytes;
  sid.AppendBytes(&bytes);
  return bytes;
}

TEST(SidHasTheDocumentedBytes) {
  const struct {
    const char* text;
    Bytes bytes;
  } cases[] = {
      {"S-1-0-0", {1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"S-1-1-0", {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}},
      {"S-1-5-18", {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0}},
      {"S-1-5-32-544", {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0}},
      {"S-1-5-21-1-2-3-4294967295", {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0,    0,    1,    0,
                                     0, 0, 2, 0, 0, 0, 3, 0, 0,  0, 0xff, 0xff, 0xff, 0xff}},
      {"S-1-15-3-1", {1, 2, 0, 0, 0, 0, 0, 15, 3, 0, 0, 0, 1, 0, 0, 0}},
      {"S-1-4294967295", {1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}},
      {"S-1-0x000100000000-7", {1, 1, 0, 1, 0, 0, 0, 0, 7, 0, 0, 0}},
      {"S-1-0xfedcba987654", {1, 0, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54}},
  };
  for (const auto& [text, bytes] : cases) {
    const auto parsed = Sid::FromText(text);
    CHECK(parsed.has_value());
    if (!parsed) continue;
    CHECK(BytesOf(*parsed) == bytes);
    CHECK_EQ(parsed->size(), bytes.size());
    CHECK_EQ(parsed->ToText(), text);
    CHECK(Sid::FromBytes(bytes) == parsed);
  }
  CHECK(Sid::FromText("S-1-5-32-544") == Sid(5, {32, 544}));
}

TEST(SidOfAnotherSpellingIsRefused) {
  for (const char* const text : {"",
                                 "S",
                                 "S-1",
                                 "S-1-",
                                 "s-1-1-0",
                                 "S-2-1-0",
                                 "S-1-1-",
                                 "S-1-1--0",
                                 "S-1-1-0 ",
                                 " S-1-1-0",
                                 "S-1-01-0",
                                 "S-1-1-00",
                                 "S-1-1-4294967296",
                                 "S-1-1-18446744073709551616",
                                 "S-1-1-+1",
                                 "S-1-1-0x1",
                                 "S-1-4294967296-1",
                                 "S-1-0x1-1",
                                 "S-1-0x000000000001-1",
                                 "S-1-0x1000000000000-1",
                                 "S-1-0xFEDCBA987654",
                                 "S-1-0x-1",
                                 "S-1-a",
                                 "WD",
                                 "S-1-1-0\n",
                                 "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16"}) {
    CHECK(!Sid::FromText(text).has_value());
  }
  CHECK(Sid::FromText("S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15").has_value());
  CHECK(!Sid::FromText(std::string_view("S-1-1-0\0", 8)).has_value());
}

TEST(SidIsReadFromTheFrontOfLongerBytesAndNeverBeyond) {
  const Sid sid(5, {21, 1, 2, 3, 1001});
  Bytes bytes = BytesOf(sid);
  const size_t size = bytes.size();
  bytes.insert(bytes.end(), 9, 0xee);
  CHECK(Sid::FromBytes(bytes) == sid);
  for (size_t length = 0; length < size; ++length) {
    // A copy of its own, so that the sanitizer sees a read behind its end.
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(length));
    CHECK(!Sid::FromBytes(cut).has_value());
  }
  bytes[0] = 2;
  CHECK(!Sid::FromBytes(bytes).has_value());
  bytes.assign(8 + 16 * 4, 0);
  bytes[0] = 1;
  bytes[1] = 16;
  CHECK(!Sid::FromBytes(bytes).has_value());
  bytes[1] = 15;
  CHECK(Sid::FromBytes(bytes).has_value());
}

TEST(SidOfRandomBytesComesBackTheSame) {
  test::Random random(2);
  size_t read = 0;
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes(random.Below(80));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.Bits());
    if (!bytes.empty() && !random.OneIn(8)) bytes[0] = 1;
    if (bytes.size() > 1 && !random.OneIn(8)) bytes[1] = static_cast<uint8_t>(random.Below(17));
    const auto sid = Sid::FromBytes(bytes);
    if (!sid) continue;
    ++read;
    bytes.resize(sid->size());
    CHECK(BytesOf(*sid) == bytes);
    CHECK(Sid::FromText(sid->ToText()) == sid);
  }
  CHECK(read > 1000);
}

TEST(SidsAreEqualOnlyWhenAllOfThemIs) {
  const Sid sid(5, {21, 1, 2});
  CHECK(sid == Sid(5, {21, 1, 2}));
  for (const Sid& other :
       {Sid(5, {21, 1}), Sid(5, {21, 1, 2, 0}), Sid(5, {21, 1, 3}), Sid(15, {21, 1, 2}), Sid()}) {
    CHECK(sid != other);
    CHECK((sid < other) != (other < sid));
  }
}

TEST(CapabilitySidTakesEveryRandomByte) {
  std::array<uint8_t, kCapabilityEntropy> random = {};
  for (size_t i = 0; i < random.size(); ++i) random[i] = static_cast<uint8_t>(i);
  const Sid sid = MakeCapabilitySid(random);
  CHECK_EQ(sid.ToText(), "S-1-5-21-50462976-117835012-185207048-252579084");
  for (uint8_t& byte : random) {
    byte ^= 0x80;
    CHECK(MakeCapabilitySid(random) != sid);
    byte ^= 0x80;
  }
}

}  // namespace
}  // namespace ringfence::win
