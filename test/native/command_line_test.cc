#include "win/command_line.h"

#include <string>
#include <vector>

#include "check.h"
#include "random.h"

namespace ringfence::win {
namespace {

using Arguments = std::vector<std::u16string>;

constexpr std::u16string_view kNode = u"C:\\node.exe";

// What "\"\"" inside of quotation marks means is where the documented parsers differ.
enum class DoubledQuote {
  kEndsQuotes,  // CommandLineToArgvW: a mark, and quoting is over
  kStays,       // C runtime since 2008: a mark, and quoting goes on
};

bool IsBlank(char16_t unit) { return unit == u' ' || unit == u'\t'; }

// The parser of "Parsing C command-line arguments" and of CommandLineToArgvW, written from their
// rules and not from the encoder.
class Parser {
 public:
  Parser(std::u16string_view line, DoubledQuote doubled) : rest_(line), doubled_(doubled) {}

  Arguments Parse() {
    Arguments arguments = {Program()};
    while (SkipBlanks()) arguments.push_back(Argument());
    return arguments;
  }

 private:
  // Nothing escapes here; between marks everything is taken as it is.
  std::u16string Program() {
    std::u16string program;
    bool quoted = false;
    while (!rest_.empty() && (quoted || !IsBlank(rest_.front()))) {
      const char16_t unit = Take();
      if (unit == u'"') {
        quoted = !quoted;
      } else {
        program += unit;
      }
    }
    return program;
  }

  std::u16string Argument() {
    std::u16string argument;
    bool quoted = false;
    while (!rest_.empty() && (quoted || !IsBlank(rest_.front()))) {
      size_t backslashes = 0;
      while (rest_.starts_with(u'\\')) {
        Take();
        ++backslashes;
      }
      if (!rest_.starts_with(u'"')) {
        argument.append(backslashes, u'\\');
        if (!rest_.empty() && (quoted || !IsBlank(rest_.front()))) argument += Take();
        continue;
      }
      Take();
      argument.append(backslashes / 2, u'\\');
      if (backslashes % 2 == 1) {
        argument += u'"';
      } else if (quoted && rest_.starts_with(u'"')) {
        argument += Take();
        quoted = doubled_ == DoubledQuote::kStays;
      } else {
        quoted = !quoted;
      }
    }
    return argument;
  }

  bool SkipBlanks() {
    while (!rest_.empty() && IsBlank(rest_.front())) Take();
    return !rest_.empty();
  }

  char16_t Take() {
    const char16_t unit = rest_.front();
    rest_.remove_prefix(1);
    return unit;
  }

  std::u16string_view rest_;
  DoubledQuote doubled_;
};

// Fails the test where the vector is refused.
std::u16string Encode(const Arguments& argv) {
  std::u16string line;
  CHECK(EncodeCommandLine(kNode, argv, &line) == CommandLineError::kNone);
  return line;
}

CommandLineError ErrorOf(std::u16string_view application, const Arguments& argv) {
  std::u16string line = u"untouched";
  const CommandLineError error = EncodeCommandLine(application, argv, &line);
  CHECK(error == CommandLineError::kNone || line == u"untouched");
  return error;
}

TEST(CommandLineParserOfTheTestReadsTheDocumentedExamples) {
  const auto parse = [](std::u16string_view line) {
    const Arguments arguments = Parser(line, DoubledQuote::kStays).Parse();
    CHECK(arguments.front() == u"x");
    return Arguments(arguments.begin() + 1, arguments.end());
  };
  CHECK((parse(u"x \"a b c\" d e") == Arguments{u"a b c", u"d", u"e"}));
  CHECK((parse(u"x \"ab\\\"c\" \"\\\\\" d") == Arguments{u"ab\"c", u"\\", u"d"}));
  CHECK((parse(u"x a\\\\\\b d\"e f\"g h") == Arguments{u"a\\\\\\b", u"de fg", u"h"}));
  CHECK((parse(u"x a\\\\\\\"b c d") == Arguments{u"a\\\"b", u"c", u"d"}));
  CHECK((parse(u"x a\\\\\\\\\"b c\" d e") == Arguments{u"a\\\\b c", u"d", u"e"}));
  CHECK((parse(u"x a\"b\"\" c d") == Arguments{u"ab\" c d"}));
  CHECK((Parser(u"x a\"b\"\" c d", DoubledQuote::kEndsQuotes).Parse() ==
         Arguments{u"x", u"ab\"", u"c", u"d"}));
}

TEST(CommandLineQuotesOnlyWhatMustBe) {
  const struct {
    std::u16string argument;
    std::u16string_view encoded;
  } cases[] = {
      {u"plain", u"plain"},
      {u"", u"\"\""},
      {u"two words", u"\"two words\""},
      {u"tab\there", u"\"tab\there\""},
      {u"line\nbreak", u"\"line\nbreak\""},
      {u"C:\\dir\\", u"C:\\dir\\"},
      {u"C:\\my dir\\", u"\"C:\\my dir\\\\\""},
      {u"C:\\my dir\\\\", u"\"C:\\my dir\\\\\\\\\""},
      {u"\\\\server\\a share", u"\"\\\\server\\a share\""},
      {u"say \"hi\"", u"\"say \\\"hi\\\"\""},
      {u"\"", u"\"\\\"\""},
      {u"\\\"", u"\"\\\\\\\"\""},
      {u"a\\\\\"b", u"\"a\\\\\\\\\\\"b\""},
      {u"\\", u"\\"},
      {u"%PATH%&|<>^!*?", u"%PATH%&|<>^!*?"},
      {u"\u00e4\u20ac", u"\u00e4\u20ac"},
      {std::u16string(1, char16_t{0xd83d}), std::u16string_view(u"\xd83d", 1)},
  };
  for (const auto& [argument, encoded] : cases) {
    CHECK(Encode({u"x", argument}) == std::u16string(u"\"x\" ").append(encoded));
  }
}

TEST(CommandLineProgramIsQuotedWithoutEscapes) {
  CHECK(Encode({u"C:\\Program Files\\x.exe"}) == u"\"C:\\Program Files\\x.exe\"");
  CHECK(Encode({u"C:\\dir\\", u"a"}) == u"\"C:\\dir\\\" a");
  CHECK(Encode({u"", u"a"}) == u"\"\" a");
}

TEST(CommandLineComesBackFromBothParsers) {
  constexpr std::u16string_view kUnits = u"\\\\\\\"\"\" \t\nab%^&\u00e4\xd83d";
  test::Random random(1);
  const auto text = [&](size_t most_units) {
    std::u16string units;
    for (size_t n = random.Below(most_units); n > 0; --n) {
      units += kUnits[random.Below(kUnits.size())];
    }
    return units;
  };
  for (int i = 0; i < 20000; ++i) {
    Arguments argv = {text(6)};
    std::erase(argv[0], u'"');
    for (size_t n = random.Below(5); n > 0; --n) argv.push_back(text(9));
    const std::u16string line = Encode(argv);
    CHECK(Parser(line, DoubledQuote::kEndsQuotes).Parse() == argv);
    CHECK(Parser(line, DoubledQuote::kStays).Parse() == argv);
  }
}

TEST(CommandLineRefusesWhatNoProgramWouldReadBack) {
  CHECK(ErrorOf(kNode, {}) == CommandLineError::kNoProgram);
  CHECK(ErrorOf(u"", {u"x"}) == CommandLineError::kNoProgram);
  CHECK(ErrorOf(kNode, {u"a\"b"}) == CommandLineError::kQuoteInProgram);
  CHECK(ErrorOf(kNode, {u"x", std::u16string(u"a\0b", 3)}) == CommandLineError::kNul);
  CHECK(ErrorOf(kNode, {std::u16string(1, u'\0')}) == CommandLineError::kNul);
  CHECK(ErrorOf(std::u16string_view(u"x\0.exe", 6), {u"x"}) == CommandLineError::kNul);
}

TEST(CommandLineIsAsLongAsWindowsTakes) {
  // "x" and a blank are four units; the terminating NUL is the last.
  const std::u16string longest(kMostCommandLineUnits - 5, u'a');
  CHECK_EQ(Encode({u"x", longest}).size(), kMostCommandLineUnits - 1);
  CHECK(ErrorOf(kNode, {u"x", longest + u'a'}) == CommandLineError::kTooLong);
  CHECK(ErrorOf(kNode, {std::u16string(kMostCommandLineUnits, u'a')}) ==
        CommandLineError::kTooLong);
  // The quotation marks of the encoded form count.
  CHECK(ErrorOf(kNode, {u"x", std::u16string(kMostCommandLineUnits / 2, u'"')}) ==
        CommandLineError::kTooLong);
}

TEST(CommandLineOfABatchFileIsRefused) {
  for (const std::u16string_view application :
       {u"C:\\a\\run.bat", u"run.CMD", u"run.bAt", u"C:/a/run.cmd", u"C:\\a\\run.bat.", u"run.cmd ",
        u"run.bat . . ", u"run.bat::$DATA", u"C:run.bat", u"run.exe:s.bat", u"run.bat :s",
        u".bat"}) {
    CHECK(IsBatchFile(application));
    CHECK(ErrorOf(application, {u"x"}) == CommandLineError::kBatchFile);
  }
  for (const std::u16string_view application :
       {u"C:\\a.bat\\run.exe", u"a.bat/run", u"run.batch", u"runbat", u"run.exe", u"bat", u"cmd",
        u"run.bat.exe"}) {
    CHECK(!IsBatchFile(application));
    CHECK(ErrorOf(application, {u"run.bat", u"run.bat"}) == CommandLineError::kNone);
  }
}

}  // namespace
}  // namespace ringfence::win
