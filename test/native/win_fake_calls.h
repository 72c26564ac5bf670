// What calls of a simulated Windows have in common: each is recorded, and can be made to fail.
#ifndef RINGFENCE_TEST_NATIVE_WIN_FAKE_CALLS_H_
#define RINGFENCE_TEST_NATIVE_WIN_FAKE_CALLS_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "win/api/os_error.h"

namespace ringfence::win {

struct FakeCall {
  // Of the function of Windows.
  std::string name;
  // What tells calls of one function apart.
  std::string detail;

  bool operator==(const FakeCall&) const = default;
};

class FakeCalls {
 public:
  // Of a call that can fail. Unless the answer is kNoOsError the call has to return it, and to do
  // nothing.
  OsError Begin(std::string name, std::string detail = {});
  // Of a call that cannot fail.
  void Record(std::string name, std::string detail = {});

  // The call with this index among those that can fail.
  void FailAt(size_t index, OsError error) { faults_[index] = error; }
  // Every call of this function from now on.
  void FailAll(const std::string& name, OsError error) { broken_[name] = error; }

  const std::vector<FakeCall>& all() const { return all_; }
  const std::vector<FakeCall>& fallible() const { return fallible_; }
  bool Called(const std::string& name) const;

 private:
  std::vector<FakeCall> all_;
  std::vector<FakeCall> fallible_;
  std::map<size_t, OsError> faults_;
  std::map<std::string, OsError> broken_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WIN_FAKE_CALLS_H_
