#include "win/environment_block.h"

#include <algorithm>
#include <compare>
#include <string_view>
#include <utility>

#include "win/ascii_case.h"

namespace ringfence::win {
namespace {

std::weak_ordering CompareNames(std::u16string_view a, std::u16string_view b) {
  return std::lexicographical_compare_three_way(
      a.begin(), a.end(), b.begin(), b.end(),
      [](char16_t x, char16_t y) { return UpperAscii(x) <=> UpperAscii(y); });
}

EnvironmentBlockError CheckVariable(const EnvironmentVariable& variable) {
  const auto& [name, value] = variable;
  if (name.empty()) return EnvironmentBlockError::kEmptyName;
  if (name == u"=" || name.find(u'=', 1) != std::u16string::npos) {
    return EnvironmentBlockError::kEqualsInName;
  }
  if (name.find(u'\0') != std::u16string::npos || value.find(u'\0') != std::u16string::npos) {
    return EnvironmentBlockError::kNul;
  }
  // Sizes are not added before each is known to be small.
  if (name.size() >= kMostVariableUnits || value.size() >= kMostVariableUnits ||
      name.size() + 1 + value.size() + 1 > kMostVariableUnits) {
    return EnvironmentBlockError::kTooLong;
  }
  return EnvironmentBlockError::kNone;
}

}  // namespace

EnvironmentBlockError EncodeEnvironmentBlock(std::vector<EnvironmentVariable> variables,
                                             std::u16string* block) {
  for (const EnvironmentVariable& variable : variables) {
    const EnvironmentBlockError error = CheckVariable(variable);
    if (error != EnvironmentBlockError::kNone) return error;
  }
  std::sort(variables.begin(), variables.end(),
            [](const auto& a, const auto& b) { return std::is_lt(CompareNames(a.name, b.name)); });
  const auto duplicate = std::adjacent_find(
      variables.begin(), variables.end(),
      [](const auto& a, const auto& b) { return std::is_eq(CompareNames(a.name, b.name)); });
  if (duplicate != variables.end()) return EnvironmentBlockError::kDuplicate;

  std::u16string encoded;
  for (const auto& [name, value] : variables) {
    encoded.append(name).append(1, u'=').append(value).push_back(u'\0');
  }
  if (variables.empty()) encoded.push_back(u'\0');
  encoded.push_back(u'\0');
  *block = std::move(encoded);
  return EnvironmentBlockError::kNone;
}

}  // namespace ringfence::win
