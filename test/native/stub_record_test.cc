#include "linux/stub_record.h"

#include <algorithm>

#include "check.h"

namespace ringfence {
namespace {

using Kind = StubRecord::Kind;

std::vector<StubRecord> Sorted(std::vector<StubRecord> records) {
  std::sort(records.begin(), records.end(),
            [](const StubRecord& a, const StubRecord& b) { return a.path < b.path; });
  return records;
}

TEST(StubJournalGivesTheLastWordOnEachPath) {
  std::string text;
  AppendStubRecord({Kind::kIntended, {}, "/w/.git"}, &text);
  AppendStubRecord({Kind::kIntended, {}, "/w/line\nbreak \xff"}, &text);
  AppendStubRecord({Kind::kIntended, {}, "/w/dropped"}, &text);
  AppendStubRecord({Kind::kHeld, {7, ~0ULL, -5}, "/w/.git"}, &text);
  AppendStubRecord({Kind::kDropped, {}, "/w/dropped"}, &text);

  const auto records = Sorted(ParseStubJournal(text));
  CHECK_EQ(records.size(), 2U);
  CHECK_EQ(records[0].path, "/w/.git");
  CHECK(records[0].kind == Kind::kHeld);
  CHECK(records[0].identity == (StubIdentity{7, ~0ULL, -5}));
  CHECK_EQ(records[1].path, "/w/line\nbreak \xff");
  CHECK(records[1].kind == Kind::kIntended);
}

TEST(StubJournalCutOffAnywhereKeepsWhatCameBefore) {
  std::string first;
  AppendStubRecord({Kind::kIntended, {}, "/w/a"}, &first);
  std::string text = first;
  AppendStubRecord({Kind::kHeld, {1, 2, 3}, "/w/a"}, &text);
  for (size_t length = 0; length <= text.size(); ++length) {
    const auto records = ParseStubJournal(text.substr(0, length));
    if (length < first.size()) {
      CHECK(records.empty());
    } else {
      CHECK_EQ(records.size(), 1U);
      CHECK((records[0].kind == Kind::kHeld) == (length == text.size()));
    }
  }
}

TEST(StubJournalThatIsSomethingElseSaysNothing) {
  const std::string garbage("hello\0world\0this\0is\0not\0", 24);
  CHECK(ParseStubJournal(garbage).empty());
  CHECK(ParseStubJournal(std::string(100, '\0')).empty());
}

}  // namespace
}  // namespace ringfence
