#include "win_fake_calls.h"

#include <algorithm>
#include <utility>

namespace ringfence::win {

OsError FakeCalls::Begin(std::string name, std::string detail) {
  const size_t index = fallible_.size();
  fallible_.push_back({name, detail});
  Record(std::move(name), std::move(detail));
  if (const auto fault = faults_.find(index); fault != faults_.end()) return fault->second;
  if (const auto broken = broken_.find(all_.back().name); broken != broken_.end()) {
    return broken->second;
  }
  return kNoOsError;
}

void FakeCalls::Record(std::string name, std::string detail) {
  all_.push_back({std::move(name), std::move(detail)});
}

bool FakeCalls::Called(const std::string& name) const {
  return std::ranges::any_of(all_, [&](const FakeCall& call) { return call.name == name; });
}

}  // namespace ringfence::win
