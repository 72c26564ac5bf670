#include "win/environment_block.h"

#include <string>
#include <string_view>
#include <vector>

#include "check.h"

namespace ringfence::win {
namespace {

using Variables = std::vector<EnvironmentVariable>;

// Counts the NULs of a literal, all but the compiler's own.
template <size_t kSize>
std::u16string_view Units(const char16_t (&literal)[kSize]) {
  return {literal, kSize - 1};
}

std::u16string Encode(const Variables& variables) {
  std::u16string block;
  CHECK(EncodeEnvironmentBlock(variables, &block) == EnvironmentBlockError::kNone);
  return block;
}

EnvironmentBlockError ErrorOf(const Variables& variables) {
  std::u16string block = u"untouched";
  const EnvironmentBlockError error = EncodeEnvironmentBlock(variables, &block);
  CHECK(error == EnvironmentBlockError::kNone || block == u"untouched");
  return error;
}

TEST(EnvironmentBlockEndsWithTwoNuls) {
  CHECK(Encode({}) == Units(u"\0\0"));
  CHECK(Encode({{u"A", u"1"}}) == Units(u"A=1\0\0"));
  CHECK(Encode({{u"A", u""}}) == Units(u"A=\0\0"));
  CHECK(Encode({{u"A", u"x=y"}}) == Units(u"A=x=y\0\0"));
}

TEST(EnvironmentBlockIsSortedWithoutRegardToCase) {
  CHECK(Encode({{u"b", u"2"}, {u"C", u"3"}, {u"A", u"1"}}) == Units(u"A=1\0b=2\0C=3\0\0"));
  // '_' is behind the letters in upper case and would be before those in lower case.
  CHECK(Encode({{u"a_", u"2"}, {u"aB", u"1"}, {u"a", u"0"}}) == Units(u"a=0\0aB=1\0a_=2\0\0"));
  CHECK(Encode({{u"\u00e4", u"2"}, {u"z", u"1"}, {u"\u00c4", u"0"}}) ==
        Units(u"z=1\0\u00c4=0\0\u00e4=2\0\0"));
}

TEST(EnvironmentBlockKeepsTheDirectoriesOfDrives) {
  CHECK(Encode({{u"A", u"1"}, {u"=D:", u"D:\\x"}, {u"=C:", u"C:\\y"}}) ==
        Units(u"=C:=C:\\y\0=D:=D:\\x\0A=1\0\0"));
}

TEST(EnvironmentBlockRefusesNamesThatWouldBeReadDifferently) {
  CHECK(ErrorOf({{u"", u"1"}}) == EnvironmentBlockError::kEmptyName);
  CHECK(ErrorOf({{u"A", u"1"}, {u"", u""}}) == EnvironmentBlockError::kEmptyName);
  CHECK(ErrorOf({{u"=", u"1"}}) == EnvironmentBlockError::kEqualsInName);
  CHECK(ErrorOf({{u"A=B", u"1"}}) == EnvironmentBlockError::kEqualsInName);
  CHECK(ErrorOf({{u"=C:=", u"1"}}) == EnvironmentBlockError::kEqualsInName);
  CHECK(ErrorOf({{u"==", u"1"}}) == EnvironmentBlockError::kEqualsInName);
}

TEST(EnvironmentBlockRefusesNulsAndDuplicates) {
  CHECK(ErrorOf({{std::u16string(Units(u"A\0B")), u"1"}}) == EnvironmentBlockError::kNul);
  CHECK(ErrorOf({{u"A", std::u16string(Units(u"1\0B=2"))}}) == EnvironmentBlockError::kNul);
  CHECK(ErrorOf({{u"Path", u"1"}, {u"B", u""}, {u"PATH", u"2"}}) ==
        EnvironmentBlockError::kDuplicate);
  CHECK(ErrorOf({{u"=c:", u"1"}, {u"=C:", u"1"}}) == EnvironmentBlockError::kDuplicate);
  CHECK(ErrorOf({{u"A", u"1"}, {u"AB", u"1"}}) == EnvironmentBlockError::kNone);
}

TEST(EnvironmentBlockLimitsEachVariableOnly) {
  const std::u16string longest(kMostVariableUnits - 3, u'x');
  CHECK(ErrorOf({{u"A", longest}, {u"B", longest}, {u"C", longest}}) ==
        EnvironmentBlockError::kNone);
  CHECK(ErrorOf({{u"A", longest + u'x'}}) == EnvironmentBlockError::kTooLong);
  CHECK(ErrorOf({{longest + u"xxx", u""}}) == EnvironmentBlockError::kTooLong);
}

}  // namespace
}  // namespace ringfence::win
