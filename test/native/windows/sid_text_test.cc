// Our texts of SIDs against those of the system, in both directions.
#include <windows.h>

// Behind <windows.h>.
#include <sddl.h>

#include <cstdint>
#include <string>
#include <vector>

#include "check.h"
#include "win/api/os_error.h"
#include "win/sid.h"

namespace ringfence::win {
namespace {

// The system's answer; `bytes` is changed only when it takes the text.
OsError AskSystem(const std::string& text, std::vector<uint8_t>* bytes) {
  PSID sid = nullptr;
  if (ConvertStringSidToSidA(text.c_str(), &sid) == 0) return Win32Error(GetLastError());
  const auto* const begin = static_cast<const uint8_t*>(sid);
  bytes->assign(begin, begin + GetLengthSid(sid));
  LocalFree(sid);
  return kNoOsError;
}

TEST(TextsOfSidsMeanWhatTheSystemTakesThemFor) {
  for (const char* text : {"S-1-1-0", "S-1-5-18", "S-1-5-32-544", "S-1-5-21-1-2-3-4294967295",
                           "S-1-15-3-1", "S-1-5-21-4294967295-0-17-99"}) {
    std::vector<uint8_t> of_system;
    CHECK(AskSystem(text, &of_system).ok());
    std::vector<uint8_t> ours;
    const auto sid = Sid::FromText(text);
    CHECK(sid.has_value());
    if (sid) sid->AppendBytes(&ours);
    CHECK(ours == of_system);
  }
}

TEST(TextsThatAreNoSidsAreRefusedAsTheSystemRefusesThem) {
  for (const char* text : {"no SID", "S-1", "S-1-5-x", "S-2-5-18", "T-1-5-18"}) {
    std::vector<uint8_t> of_system;
    const OsError error = AskSystem(text, &of_system);
    CHECK(error.is(kErrorInvalidSid));
    CHECK(!Sid::FromText(text).has_value());
  }
}

}  // namespace
}  // namespace ringfence::win
