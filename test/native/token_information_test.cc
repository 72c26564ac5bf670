// Answers of GetTokenInformation: what a whole one says, and that of one that is broken nothing is
// read beyond its bytes, which AddressSanitizer would see.
#include "win/token_information.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "check.h"
#include "random.h"
#include "sids.h"
#include "win/byte_order.h"

namespace ringfence::win {
namespace {

constexpr uint64_t kAddress = 0x20'0000'1000;
constexpr size_t kHeader = 8;
constexpr size_t kEntry = 16;

// As 64-bit Windows writes them: count, entries with pointers, SIDs.
TokenInformation EncodeGroups(const std::vector<TokenSid>& groups) {
  TokenInformation information;
  information.address = kAddress;
  std::vector<uint8_t>& bytes = information.bytes;
  AppendLittleEndian<uint64_t>(groups.size(), &bytes);
  uint64_t pointer = kAddress + kHeader + kEntry * groups.size();
  for (const TokenSid& group : groups) {
    AppendLittleEndian(pointer, &bytes);
    AppendLittleEndian<uint64_t>(group.attributes, &bytes);
    pointer += group.sid.size();
  }
  for (const TokenSid& group : groups) group.sid.AppendBytes(&bytes);
  return information;
}

TokenInformation EncodePrivileges(const std::vector<uint64_t>& luids) {
  TokenInformation information;
  information.address = kAddress;
  AppendLittleEndian(static_cast<uint32_t>(luids.size()), &information.bytes);
  for (const uint64_t luid : luids) {
    AppendLittleEndian(luid, &information.bytes);
    AppendLittleEndian(uint32_t{2}, &information.bytes);
  }
  return information;
}

void Overwrite(TokenInformation* information, size_t offset, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    information->bytes.at(offset + i) = static_cast<uint8_t>(value >> (8 * i) & 0xff);
  }
}

const std::vector<TokenSid> kGroups = {
    {kEveryone, kGroupEnabled}, {kAdministrators, kGroupDenyOnly}, {kRoot, kGroupLogonId}};

bool IsSame(const std::optional<std::vector<TokenSid>>& decoded,
            const std::vector<TokenSid>& groups) {
  return decoded && std::ranges::equal(*decoded, groups, [](const TokenSid& a, const TokenSid& b) {
           return a.sid == b.sid && a.attributes == b.attributes;
         });
}

// Through all decoders: none of them may read what is not there.
void Decode(const TokenInformation& information) {
  static_cast<void>(DecodeTokenUser(information));
  static_cast<void>(DecodeTokenGroups(information));
  static_cast<void>(DecodeTokenPrivileges(information));
  static_cast<void>(DecodeTokenFlag(information));
}

}  // namespace

TEST(TokenInformationIsDecoded) {
  CHECK(IsSame(DecodeTokenGroups(EncodeGroups(kGroups)), kGroups));
  CHECK(IsSame(DecodeTokenGroups(EncodeGroups({})), {}));
  const std::vector<uint64_t> luids = {kChangeNotifyPrivilege, 0x1'0000'0013};
  CHECK(DecodeTokenPrivileges(EncodePrivileges(luids)) == luids);
  CHECK(DecodeTokenPrivileges(EncodePrivileges({})) == std::vector<uint64_t>());

  TokenInformation user;
  user.address = kAddress;
  AppendLittleEndian(kAddress + kEntry, &user.bytes);
  AppendLittleEndian(uint64_t{0}, &user.bytes);
  kAlice.AppendBytes(&user.bytes);
  CHECK(DecodeTokenUser(user) == kAlice);

  CHECK(DecodeTokenFlag({{1, 0, 0, 0}, kAddress}) == true);
  CHECK(DecodeTokenFlag({{0, 0, 0, 0}, kAddress}) == false);
  // Windows says TRUE by any number but 0.
  CHECK(DecodeTokenFlag({{0, 0, 0, 0x80}, kAddress}) == true);
  CHECK(DecodeTokenFlag({{1}, kAddress}) == true);
  CHECK(DecodeTokenFlag({{0}, kAddress}) == false);
}

TEST(TokenInformationThatIsCutOffIsNothing) {
  const TokenInformation groups = EncodeGroups(kGroups);
  const TokenInformation privileges = EncodePrivileges({1, 2, 3});
  for (size_t size = 0; size < groups.bytes.size(); ++size) {
    const auto end = groups.bytes.begin() + static_cast<std::ptrdiff_t>(size);
    CHECK(!DecodeTokenGroups({{groups.bytes.begin(), end}, kAddress}));
  }
  for (size_t size = 0; size < privileges.bytes.size(); ++size) {
    const auto end = privileges.bytes.begin() + static_cast<std::ptrdiff_t>(size);
    CHECK(!DecodeTokenPrivileges({{privileges.bytes.begin(), end}, kAddress}));
  }
  for (const size_t size : {0U, 2U, 3U, 5U, 8U}) {
    CHECK(!DecodeTokenFlag({std::vector<uint8_t>(size), kAddress}));
  }
}

TEST(CountsThatDoNotFitAreNothing) {
  for (const uint32_t count : {4U, 0x1000'0000U, 0x1000'0001U, 0x7fff'ffffU, 0xffff'ffffU}) {
    TokenInformation groups = EncodeGroups(kGroups);
    Overwrite(&groups, 0, count, sizeof count);
    CHECK(!DecodeTokenGroups(groups));
    TokenInformation privileges = EncodePrivileges({1, 2, 3});
    Overwrite(&privileges, 0, count, sizeof count);
    CHECK(!DecodeTokenPrivileges(privileges));
  }
}

TEST(PointersThatLeadElsewhereAreNotFollowed) {
  const TokenInformation whole = EncodeGroups(kGroups);
  const uint64_t end = kAddress + whole.bytes.size();
  for (const uint64_t pointer :
       {uint64_t{0}, uint64_t{1}, kAddress - 1, end, end + 1, end - 1, end - kRoot.size() + 1,
        std::numeric_limits<uint64_t>::max(), kAddress + (uint64_t{1} << 63)}) {
    TokenInformation changed = whole;
    Overwrite(&changed, kHeader, pointer, sizeof pointer);
    CHECK(!DecodeTokenGroups(changed));
  }
  // An answer of a SID with more sub-authorities than are there.
  TokenInformation changed = whole;
  Overwrite(&changed, whole.bytes.size() - kRoot.size() + 1, 15, 1);
  CHECK(!DecodeTokenGroups(changed));
}

TEST(RandomTokenInformationIsReadWithinItsBytes) {
  test::Random random(20);
  for (int round = 0; round < 20'000; ++round) {
    TokenInformation information;
    information.address = random.OneIn(4) ? random.Bits() : kAddress;
    information.bytes.resize(random.Below(80));
    for (uint8_t& byte : information.bytes) byte = static_cast<uint8_t>(random.Bits());
    // Small counts and pointers that nearly fit get further than noise does.
    if (information.bytes.size() >= kHeader && !random.OneIn(3)) {
      Overwrite(&information, 0, random.Below(5), sizeof(uint64_t));
      for (size_t at = kHeader; at + kEntry <= information.bytes.size(); at += kEntry) {
        Overwrite(&information, at, information.address + random.Below(96), sizeof(uint64_t));
      }
    }
    Decode(information);
  }
}

TEST(TokenInformationWithOneWrongByteIsReadWithinItsBytes) {
  test::Random random(21);
  for (int round = 0; round < 20'000; ++round) {
    TokenInformation information =
        random.OneIn(2) ? EncodeGroups(kGroups) : EncodePrivileges({1, 2, 3});
    information.bytes.at(random.Below(information.bytes.size())) =
        static_cast<uint8_t>(random.Bits());
    Decode(information);
  }
}

}  // namespace ringfence::win
