#include "core/utf8.h"

#include "check.h"

namespace ringfence {
namespace {

TEST(Utf8AcceptsEveryLengthAtItsLimits) {
  for (const char* const text : {"", "plain", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
                                 "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
                                 "\xf4\x8f\xbf\xbf", "a\xc3\xa4/\xe2\x82\xac/\xf0\x9f\x98\x80z"}) {
    CHECK(IsValidUtf8(text));
  }
}

TEST(Utf8RefusesWhatWouldNotComeBackTheSame) {
  for (const char* const text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf", "\xe2\x82",
        "\xe2\x82z", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98",
        "\xf0\x9f\x98z", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "ok\xfe"}) {
    CHECK(!IsValidUtf8(text));
  }
}

}  // namespace
}  // namespace ringfence
