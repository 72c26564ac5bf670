// Windows says that it did what it has not done, or not as it was asked to: every read-back of a
// launch finds its own lie, and nothing runs.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "sids.h"
#include "win_fake.h"
#include "win_launch_setting.h"

namespace ringfence::win {
namespace {

using Change = std::function<void(FakeWindows*)>;

// Each right to write, alone.
constexpr AccessMask kWriting[] = {
    kFileWriteData, kFileAppendData,  kFileWriteEa, kFileWriteAttributes,
    kDelete,        kFileDeleteChild, kWriteDac,    kWriteOwner,
};

void CheckRefused(const std::string& lie, const Change& change, Stage expected, uint32_t code = 0) {
  LaunchSetting setting;
  change(&setting.windows);
  Launched launched;
  const Status status = setting.Launch(&launched);
  if (status.stage() != expected || status.os_code() != code) {
    test::Fail(__FILE__, __LINE__,
               lie + ": got " + StageName(static_cast<uint32_t>(status.stage())) + " " +
                   std::to_string(status.os_code()));
  }
  setting.CheckNothingRan(lie);
}

Change Sids(std::function<void(std::vector<Sid>*)> change) {
  return [change = std::move(change)](FakeWindows* windows) {
    windows->lies.restricting_sids = change;
  };
}

// The index-th access check of the launch gets the wrong answer.
Change WrongAnswer(size_t index) {
  return [index](FakeWindows* windows) {
    windows->lies.access_check = [index, asked = size_t{0}](AccessMask, bool right) mutable {
      return asked++ == index ? !right : right;
    };
  };
}

}  // namespace

TEST(ATokenThatIsNotWhatWasAskedForIsRefused) {
  const std::pair<const char*, Change> lies[] = {
      {"no restricting SID", Sids([](auto* sids) { sids->clear(); })},
      {"the last restricting SID is missing", Sids([](auto* sids) { sids->pop_back(); })},
      {"the launch SID is missing", Sids([](auto* sids) { sids->erase(sids->begin()); })},
      {"one more restricting SID", Sids([](auto* sids) { sids->push_back(kUsers); })},
      {"everyone, though nobody asked", Sids([](auto* sids) { sids->push_back(kEveryone); })},
      {"another in place of one", Sids([](auto* sids) { sids->back() = kAlice; })},
      {"one twice, another not at all", Sids([](auto* sids) { sids->back() = sids->front(); })},
      {"not restricted", [](FakeWindows* windows) { windows->lies.is_not_restricted = true; }},
      {"privileges", [](FakeWindows* windows) { windows->lies.keeps_privileges = true; }},
      {"administrators", [](FakeWindows* windows) { windows->lies.keeps_administrators = true; }},
  };
  for (const auto& [name, change] : lies) {
    CheckRefused(name, change, Stage::kWinTokenUnrestricted);
  }
}

TEST(TheOrderOfRestrictingSidsMeansNothing) {
  LaunchSetting setting;
  setting.windows.lies.restricting_sids = [](auto* sids) { std::ranges::reverse(*sids); };
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
}

TEST(InformationThatIsCutOffIsNotBelieved) {
  CheckRefused(
      "cut off", [](FakeWindows* windows) { windows->lies.truncates_information = true; },
      Stage::kWinTokenQuery, kErrorInvalidData);
}

TEST(EveryAnswerOfTheSelfCheckCounts) {
  LaunchSetting setting;
  Launched launched;
  CHECK(setting.Launch(&launched).ok());
  const auto checks = static_cast<size_t>(
      std::ranges::count(setting.windows.calls().fallible(), "AccessCheck", &FakeCall::name));
  // Refused, allowed and denied for each right, and reading.
  CHECK_EQ(checks, 3 * std::size(kWriting) + 1);
  for (size_t index = 0; index < checks; ++index) {
    CheckRefused("wrong answer " + std::to_string(index), WrongAnswer(index),
                 Stage::kWinTokenTooWeak);
  }
}

TEST(ATokenThatMayWriteTooMuchOrTooLittleIsRefused) {
  for (const AccessMask right : kWriting) {
    for (const bool answer : {true, false}) {
      CheckRefused(
          "right " + std::to_string(right) + (answer ? " is granted" : " is refused"),
          [=](FakeWindows* windows) {
            windows->lies.access_check = [=](AccessMask desired, bool truth) {
              return desired == right ? answer : truth;
            };
          },
          Stage::kWinTokenTooWeak);
    }
  }
}

TEST(ATokenThatMayNotReadIsRefused) {
  CheckRefused(
      "reading is refused",
      [](FakeWindows* windows) {
        windows->lies.access_check = [](AccessMask desired, bool truth) {
          return (desired & kFileReadData) == 0 && truth;
        };
      },
      Stage::kWinTokenTooWeak);
}

// A Windows that does not count deleting as writing would let a command delete the user's files.
TEST(AWindowsThatCountsFewerRightsAsWritingIsRefused) {
  for (const WriteRestrictedRule& rule : kWriteRestrictedRules) {
    if (rule.write_rights == kWriteRightsNarrow) {
      CheckRefused(
          "narrow", [&](FakeWindows* windows) { windows->lies.rule = rule; },
          Stage::kWinTokenTooWeak);
      continue;
    }
    LaunchSetting setting;
    setting.windows.lies.rule = rule;
    Launched launched;
    CHECK(setting.Launch(&launched).ok());
  }
}

TEST(AProcessThatIsNotWhatWasAskedForDoesNotRun) {
  CheckRefused(
      "the token of this process", [](FakeWindows* windows) { windows->lies.ignores_token = true; },
      Stage::kWinTokenUnrestricted);
  CheckRefused(
      "no job", [](FakeWindows* windows) { windows->lies.ignores_job = true; },
      Stage::kWinJobOutside);
}

// The simulation lets a thread run that was not suspended, as Windows would have: that it has run
// is why the launch must fail.
TEST(AThreadThatWasNotSuspendedExactlyOnceFailsTheLaunch) {
  for (const uint32_t count : {0U, 2U, 3U}) {
    LaunchSetting setting;
    setting.windows.lies.resume_count = count;
    Launched launched;
    const Status status = setting.Launch(&launched);
    CHECK(status.stage() == Stage::kWinProcessResumeCount);
    CHECK_EQ(status.os_code(), 0U);
    CHECK(setting.windows.Leftovers().empty());
    CHECK_EQ(setting.windows.processes().size(), size_t{1});
    CHECK(!setting.windows.processes().front()->alive);
  }
}

}  // namespace ringfence::win
