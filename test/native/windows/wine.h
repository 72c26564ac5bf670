// Wine's Windows is not Windows: it ignores what restricts a token, and stores no ACLs of files.
#ifndef RINGFENCE_TEST_NATIVE_WINDOWS_WINE_H_
#define RINGFENCE_TEST_NATIVE_WINDOWS_WINE_H_

namespace ringfence::test {

// A test of what only Windows does: if (UnderWine()) return SKIP("why");
bool UnderWine();

}  // namespace ringfence::test

#endif  // RINGFENCE_TEST_NATIVE_WINDOWS_WINE_H_
