// Counts of a differential run, and its first differences in full.
#ifndef RINGFENCE_TEST_NATIVE_ACCESS_CHECK_TALLY_H_
#define RINGFENCE_TEST_NATIVE_ACCESS_CHECK_TALLY_H_

#include <string>
#include <vector>

#include "access_case.h"

namespace ringfence::win {

class Tally {
 public:
  explicit Tally(std::string name);

  void Count(const AccessCase& access, AccessMask system, AccessMask model);

  // False also when all was granted, or nothing: such a run has shown nothing.
  bool Passed() const;
  // Counts, in one line.
  std::string Summary() const;
  // A line for each of the first mismatches, with all that is needed to ask again.
  std::string Mismatches() const;

  const std::string& name() const { return name_; }
  size_t cases() const { return cases_; }

 private:
  std::string name_;
  size_t cases_ = 0;
  size_t granted_ = 0;
  size_t mismatches_ = 0;
  std::vector<std::string> shown_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_ACCESS_CHECK_TALLY_H_
