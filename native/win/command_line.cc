#include "win/command_line.h"

#include <algorithm>
#include <utility>

#include "win/ascii_case.h"

namespace ringfence::win {
namespace {

constexpr char16_t kQuote = u'"';
constexpr char16_t kBackslash = u'\\';

// Space and tab are what the documented parsers split at; other runtimes take more for white space.
constexpr std::u16string_view kNeedsQuotes = u" \t\n\v\f\r\"";

// The documented parser of argv[0] knows no escape: it reads up to the next quotation mark, and
// backslashes are backslashes. Always quoted, since the two runtimes differ about what else ends
// it.
void AppendProgram(std::u16string_view program, std::u16string* line) {
  line->push_back(kQuote);
  line->append(program);
  line->push_back(kQuote);
}

// Backslashes mean themselves unless a quotation mark follows: there 2n of them stand for n, and
// one more makes the mark a character of the argument. The closing mark is such a mark too.
void AppendArgument(std::u16string_view argument, std::u16string* line) {
  if (!argument.empty() && argument.find_first_of(kNeedsQuotes) == std::u16string_view::npos) {
    line->append(argument);
    return;
  }
  line->push_back(kQuote);
  size_t backslashes = 0;
  for (const char16_t unit : argument) {
    if (unit == kBackslash) {
      ++backslashes;
    } else {
      if (unit == kQuote) line->append(backslashes + 1, kBackslash);
      backslashes = 0;
    }
    line->push_back(unit);
  }
  line->append(backslashes, kBackslash);
  line->push_back(kQuote);
}

bool EndsWithIgnoringCase(std::u16string_view text, std::u16string_view upper_case_suffix) {
  return text.size() >= upper_case_suffix.size() &&
         std::equal(upper_case_suffix.rbegin(), upper_case_suffix.rend(), text.rbegin(),
                    [](char16_t suffix, char16_t unit) { return suffix == UpperAscii(unit); });
}

bool HasBatchSuffix(std::u16string_view name) {
  const size_t last = name.find_last_not_of(u". ");
  name = name.substr(0, last == std::u16string_view::npos ? 0 : last + 1);
  return EndsWithIgnoringCase(name, u".BAT") || EndsWithIgnoringCase(name, u".CMD");
}

}  // namespace

bool IsBatchFile(std::u16string_view application) {
  const size_t separator = application.find_last_of(u"\\/");
  std::u16string_view name =
      separator == std::u16string_view::npos ? application : application.substr(separator + 1);
  // File, stream and stream type: "a.bat::$DATA" is a.bat.
  while (true) {
    const size_t colon = name.find(u':');
    if (HasBatchSuffix(name.substr(0, colon))) return true;
    if (colon == std::u16string_view::npos) return false;
    name.remove_prefix(colon + 1);
  }
}

CommandLineError EncodeCommandLine(std::u16string_view application,
                                   std::span<const std::u16string> argv, std::u16string* line) {
  if (application.empty() || argv.empty()) return CommandLineError::kNoProgram;
  const auto has_nul = [](std::u16string_view text) { return text.find(u'\0') != text.npos; };
  if (has_nul(application) || std::any_of(argv.begin(), argv.end(), has_nul)) {
    return CommandLineError::kNul;
  }
  if (argv[0].find(kQuote) != std::u16string::npos) return CommandLineError::kQuoteInProgram;
  if (IsBatchFile(application)) return CommandLineError::kBatchFile;

  std::u16string encoded;
  AppendProgram(argv[0], &encoded);
  for (const std::u16string& argument : argv.subspan(1)) {
    encoded.push_back(u' ');
    AppendArgument(argument, &encoded);
    if (encoded.size() >= kMostCommandLineUnits) break;
  }
  if (encoded.size() >= kMostCommandLineUnits) return CommandLineError::kTooLong;
  *line = std::move(encoded);
  return CommandLineError::kNone;
}

}  // namespace ringfence::win
