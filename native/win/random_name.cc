#include "win/random_name.h"

#include <array>
#include <cstdint>

namespace ringfence::win {

Status MakeRandomName(const Win32Api& api, std::u16string_view prefix, std::u16string* name) {
  std::array<uint8_t, 16> random;
  if (const OsError error = api.token.Random(random); !error.ok()) {
    return Failed(Stage::kWinRandom, error);
  }
  *name = prefix;
  for (const uint8_t byte : random) {
    for (const int digit : {byte >> 4, byte & 0xf}) {
      name->push_back(u"0123456789abcdef"[digit]);
    }
  }
  return Status::Ok();
}

}  // namespace ringfence::win
