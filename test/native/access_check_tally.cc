#include "access_check_tally.h"

#include <utility>

namespace ringfence::win {
namespace {

constexpr size_t kMostShown = 3;

}  // namespace

Tally::Tally(std::string name) : name_(std::move(name)) {}

void Tally::Count(const AccessCase& access, AccessMask system, AccessMask model) {
  ++cases_;
  granted_ += system != 0 ? 1 : 0;
  if (system == model) return;
  ++mismatches_;
  if (shown_.size() == kMostShown) return;
  shown_.push_back("case " + std::to_string(cases_) + ": system " + HexText(system) + ", model " +
                   HexText(model) + ": " + CaseText(access));
}

bool Tally::Passed() const { return mismatches_ == 0 && granted_ > 0 && granted_ < cases_; }

std::string Tally::Summary() const {
  return name_ + ": " + std::to_string(cases_) + " cases, " + std::to_string(granted_) +
         " granted, " + std::to_string(mismatches_) + " mismatches\n";
}

std::string Tally::Mismatches() const {
  std::string text;
  for (const std::string& shown : shown_) text += "MISMATCH in " + name_ + ", " + shown + "\n";
  return text;
}

}  // namespace ringfence::win
