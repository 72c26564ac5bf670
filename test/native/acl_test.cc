#include "win/acl.h"

#include <vector>

#include "check.h"
#include "random.h"
#include "sids.h"

namespace ringfence::win {
namespace {

using Bytes = std::vector<uint8_t>;

// Denies Everyone to delete, on what is below too; allows SYSTEM everything, by inheritance; and an
// entry of a type from a later Windows.
const Bytes kSample = {
    2,    0,    60, 0, 3,    0, 0,    0,                                       //
    1,    3,    20, 0, 0,    0, 1,    0, 1, 1, 0, 0, 0, 0, 0, 1, 0,  0, 0, 0,  //
    0,    0x10, 20, 0, 0xff, 1, 0x1f, 0, 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0,  //
    0x77, 0x08, 12, 0, 1,    2, 3,    4, 5, 6, 7, 8,
};

Acl SampleAcl() {
  return {kAclRevision,
          {{kAccessDeniedAce, kObjectInherit | kContainerInherit, kDelete, kEveryone},
           {kAccessAllowedAce, kInherited, kFileAllAccess, kSystem},
           {0x77, kInheritOnly, 0, {}, {1, 2, 3, 4, 5, 6, 7, 8}}}};
}

AclError ErrorOf(const Bytes& bytes) {
  const Acl untouched = {3, {{kAccessAllowedAce, 0, 1, kAlice}}};
  Acl acl = untouched;
  // A copy of its own size, so that the sanitizer sees a read behind its end.
  const AclError error = DecodeAcl(Bytes(bytes), &acl);
  CHECK(error == AclError::kNone || acl == untouched);
  return error;
}

Bytes Changed(size_t index, uint8_t value) {
  Bytes bytes = kSample;
  bytes[index] = value;
  return bytes;
}

TEST(AclHasTheDocumentedBytes) {
  Acl acl;
  CHECK(DecodeAcl(kSample, &acl) == AclError::kNone);
  CHECK(acl == SampleAcl());
  Bytes bytes;
  CHECK(EncodeAcl(SampleAcl(), &bytes) == AclError::kNone);
  CHECK(bytes == kSample);

  CHECK(EncodeAcl({}, &bytes) == AclError::kNone);
  CHECK((bytes == Bytes{2, 0, 8, 0, 0, 0, 0, 0}));
  CHECK(DecodeAcl(bytes, &acl) == AclError::kNone);
  CHECK(acl == Acl{});
}

TEST(AclKeepsWhatStandsBehindTheSid) {
  Acl acl = SampleAcl();
  acl.aces[1].rest = {9, 9, 9, 9};
  Bytes bytes;
  CHECK(EncodeAcl(acl, &bytes) == AclError::kNone);
  Acl decoded;
  CHECK(DecodeAcl(bytes, &decoded) == AclError::kNone);
  CHECK(decoded == acl);
}

TEST(AclMayHaveRoomWithinItAndBytesBehindIt) {
  Bytes bytes = kSample;
  bytes.insert(bytes.end(), 16, 0xee);
  CHECK(ErrorOf(bytes) == AclError::kNone);
  bytes[2] += 16;
  Acl acl;
  CHECK(DecodeAcl(bytes, &acl) == AclError::kNone);
  CHECK(acl == SampleAcl());
}

TEST(AclThatIsMalformedIsAnError) {
  const struct {
    Bytes bytes;
    AclError error;
  } cases[] = {
      {{}, AclError::kTruncated},
      {Changed(0, 1), AclError::kRevision},
      {Changed(0, 5), AclError::kRevision},
      {Changed(2, 7), AclError::kTruncated},
      {Changed(2, 64), AclError::kTruncated},
      {Changed(3, 1), AclError::kTruncated},
      {Changed(2, 56), AclError::kAceSize},  // cuts the last ACE
      {Changed(4, 4), AclError::kAceSize},   // one more than there are
      {Changed(5, 0xff), AclError::kAceSize},
      {Changed(10, 0), AclError::kAceSize},  // would never end
      {Changed(10, 18), AclError::kAceSize},
      {Changed(10, 60), AclError::kAceSize},
      {Changed(11, 1), AclError::kAceSize},
      {Changed(10, 4), AclError::kSid},   // no room for a mask
      {Changed(10, 8), AclError::kSid},   // none for a SID
      {Changed(10, 16), AclError::kSid},  // the SID is cut
      {Changed(16, 2), AclError::kSid},
      {Changed(17, 2), AclError::kSid},  // the SID would go on in the next ACE
      {Changed(17, 16), AclError::kSid},
  };
  for (const auto& [bytes, error] : cases) CHECK(ErrorOf(bytes) == error);
  for (size_t length = 0; length < kSample.size(); ++length) {
    const Bytes cut(kSample.begin(), kSample.begin() + static_cast<ptrdiff_t>(length));
    CHECK(ErrorOf(cut) == AclError::kTruncated);
  }
}

TEST(AclOfRandomBytesIsRefusedOrComesBackTheSame) {
  test::Random random(3);
  size_t read = 0;
  for (int i = 0; i < 60000; ++i) {
    Bytes bytes = kSample;
    for (size_t n = random.Below(4); n > 0; --n) {
      // Mostly the headers, where sizes and counts are.
      bytes[random.OneIn(2) ? random.Below(12) : random.Below(bytes.size())] =
          static_cast<uint8_t>(random.OneIn(2) ? 4 * random.Below(20) : random.Bits());
    }
    if (random.OneIn(4)) bytes.resize(random.Below(bytes.size() + 1));
    Acl acl;
    if (DecodeAcl(Bytes(bytes), &acl) != AclError::kNone) continue;
    ++read;
    Bytes encoded;
    Acl again;
    CHECK(EncodeAcl(acl, &encoded) == AclError::kNone);
    CHECK(encoded.size() <= bytes.size());
    CHECK(DecodeAcl(encoded, &again) == AclError::kNone);
    CHECK(again == acl);
  }
  CHECK(read > 1000);
}

TEST(AclIsAsLargeAsItsHeaderCanSay) {
  Acl acl;
  Bytes bytes;
  // 20 bytes each, behind a header of 8.
  acl.aces.assign((kMostAclBytes - 8) / 20, {kAccessAllowedAce, 0, 1, kEveryone});
  CHECK(EncodeAcl(acl, &bytes) == AclError::kNone);
  CHECK(ErrorOf(bytes) == AclError::kNone);
  acl.aces.push_back(acl.aces.front());
  const Bytes before = bytes;
  CHECK(EncodeAcl(acl, &bytes) == AclError::kTooLarge);
  CHECK(bytes == before);
  CHECK(EncodeAcl({kAclRevision, {{0x77, 0, 0, {}, Bytes(70000)}}}, &bytes) == AclError::kTooLarge);
  CHECK(EncodeAcl({kAclRevision, {{0x77, 0, 0, {}, Bytes(3)}}}, &bytes) == AclError::kAceSize);
  CHECK(EncodeAcl({1, {}}, &bytes) == AclError::kRevision);
}

}  // namespace
}  // namespace ringfence::win
