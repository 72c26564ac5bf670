// A small test runner: TEST bodies register themselves, CHECKs count, main() prints the totals.
#ifndef RINGFENCE_TEST_NATIVE_CHECK_H_
#define RINGFENCE_TEST_NATIVE_CHECK_H_

#include <sstream>
#include <string>

namespace ringfence::test {

// Adds a test to the list that main() runs. Returns true so that it can initialise a constant.
bool Register(const char* name, void (*body)());

// Records a failed check of the running test; the test goes on.
void Fail(const char* file, int line, const std::string& message);

// The running test cannot say anything here: it is counted as neither passed nor failed, and `why`
// is printed. A test returns after it. With `windows` in RINGFENCE_TEST_MUST_WORK it has failed.
void Skip(const char* why);

// Of the running test, so far. For children, whose checks the parent does not see.
int FailedChecks();

template <typename T>
std::string Show(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

template <typename A, typename B>
void CheckEqual(const char* file, int line, const char* text, const A& actual, const B& expected) {
  if (actual == expected) return;
  Fail(file, line, std::string(text) + ": got " + Show(actual) + ", expected " + Show(expected));
}

}  // namespace ringfence::test

#define TEST(name)                                                                                 \
  static void name();                                                                              \
  [[maybe_unused]] static const bool name##_registered = ::ringfence::test::Register(#name, name); \
  static void name()

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) ::ringfence::test::Fail(__FILE__, __LINE__, #condition); \
  } while (false)

// In the body of a test: if (UnderWine()) return SKIP("Wine stores no ACLs");
#define SKIP(why) ::ringfence::test::Skip(why)

// Both values must be printable by <<.
#define CHECK_EQ(actual, expected) \
  ::ringfence::test::CheckEqual(__FILE__, __LINE__, #actual, (actual), (expected))

#endif  // RINGFENCE_TEST_NATIVE_CHECK_H_
