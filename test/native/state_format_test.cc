// The files of the state directory as bytes: what is not as it was written is not taken.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "check.h"
#include "random.h"
#include "sids.h"
#include "win/sid_store_format.h"
#include "win/undo_record.h"

namespace ringfence::win {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr Sid kReadOnlySid(5, {21, 1, 2, 3, 4});
constexpr size_t kHeader = 24;

SidStore MakeStore() {
  SidStore store;
  store.next_id = 9;
  store.read_only = kReadOnlySid;
  store.entries = {
      {1, u"C:\\w", "variant", kRoot, 155'000, {u"C:\\w", u"C:\\w\\.git", u"C:\\w\\\xd800"}},
      {2, u"C:\\w", "other", kOtherRoot, 0, {}}};
  store.placeholders = {{5, u"C:\\w\\.mcp.json"}, {8, u"C:\\w\\.vscode"}};
  return store;
}

UndoRecord MakeRecord() {
  UndoRecord record;
  record.acls = {{u"C:\\w", {kRoot, kOtherRoot}, {kAclRevision, {{0, 3, 7, kAlice, {}}}}},
                 {u"C:\\w", {kRoot}, {kAclRevision, {{9, 0, 0, {}, {1, 2, 3, 4}}}}}};
  record.directories = {u"C:\\w\\.mcp.json"};
  return record;
}

// The little-endian number at the end of `size` bytes from `at`.
void Put(uint64_t number, size_t at, size_t size, Bytes* file) {
  for (size_t i = 0; i < size; ++i) (*file)[at + i] = static_cast<uint8_t>(number >> (8 * i));
}

// Makes size and checksum right for what is behind the header.
void Seal(Bytes* file) {
  uint64_t sum = 14695981039346656037ULL;
  for (size_t i = kHeader; i < file->size(); ++i) sum = (sum ^ (*file)[i]) * 1099511628211ULL;
  Put(file->size() - kHeader, 12, 4, file);
  Put(sum, 16, 8, file);
}

struct Format {
  Bytes file;
  // Of the other kind.
  Bytes other;
  std::function<bool(const Bytes&)> decodes;
};

std::vector<Format> Formats() {
  const Bytes store = EncodeSidStore(MakeStore());
  const Bytes record = EncodeUndoRecord(MakeRecord());
  const auto decodes_store = [](const Bytes& file) {
    const SidStore before = MakeStore();
    SidStore read = before;
    if (!DecodeSidStore(file, &read)) {
      CHECK(read == before);
      return false;
    }
    SidStore again;
    CHECK(DecodeSidStore(EncodeSidStore(read), &again) && again == read);
    return true;
  };
  const auto decodes_record = [](const Bytes& file) {
    const UndoRecord before = MakeRecord();
    UndoRecord read = before;
    if (!DecodeUndoRecord(file, &read)) {
      CHECK(read == before);
      return false;
    }
    UndoRecord again;
    CHECK(DecodeUndoRecord(EncodeUndoRecord(read), &again) && again == read);
    return true;
  };
  return {{store, record, decodes_store}, {record, store, decodes_record}};
}

TEST(StateFilesKeepWhatIsWritten) {
  SidStore store;
  CHECK(DecodeSidStore(EncodeSidStore(MakeStore()), &store) && store == MakeStore());
  UndoRecord record;
  CHECK(DecodeUndoRecord(EncodeUndoRecord(MakeRecord()), &record) && record == MakeRecord());
}

TEST(StateFilesAreTakenWholeOrNotAtAll) {
  for (const Format& format : Formats()) {
    CHECK(format.decodes(format.file));
    for (size_t size = 0; size < format.file.size(); ++size) {
      CHECK(!format.decodes(Bytes(format.file.begin(), format.file.begin() + ptrdiff_t(size))));
      // As a file system may leave it after the machine lost power.
      Bytes zeros = format.file;
      std::fill(zeros.begin() + ptrdiff_t(size), zeros.end(), uint8_t{0});
      if (zeros != format.file) CHECK(!format.decodes(zeros));
    }
    Bytes longer = format.file;
    longer.push_back(0);
    CHECK(!format.decodes(longer));
    Seal(&longer);
    CHECK(!format.decodes(longer));
    CHECK(!format.decodes(format.other));
  }
}

TEST(StateFilesNoticeEveryChangedByte) {
  for (const Format& format : Formats()) {
    for (size_t i = 0; i < format.file.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        Bytes changed = format.file;
        changed[i] = static_cast<uint8_t>(changed[i] ^ (1 << bit));
        CHECK(!format.decodes(changed));
      }
    }
  }
}

TEST(StateFilesOfAnotherVersionAreNotTaken) {
  for (const Format& format : Formats()) {
    for (const uint64_t version : {uint64_t{0}, uint64_t{2}}) {
      Bytes file = format.file;
      Put(version, 8, 4, &file);
      CHECK(!format.decodes(file));
    }
  }
}

// With right checksums: a reader that trusted a number in it would read behind its end.
TEST(StateFilesOfAnyBytesDoNoHarm) {
  test::Random random(20260721);
  size_t taken = 0;
  for (const Format& format : Formats()) {
    for (int run = 0; run < 20'000; ++run) {
      Bytes file = format.file;
      for (size_t changes = 1 + random.Below(3); changes > 0; --changes) {
        const size_t at = kHeader + random.Below(file.size() - kHeader);
        file[at] = static_cast<uint8_t>(random.Below(256));
      }
      if (random.OneIn(4)) file.resize(kHeader + random.Below(file.size() - kHeader));
      Seal(&file);
      if (format.decodes(file)) ++taken;
    }
  }
  // Not all of them are refused before they are looked at.
  CHECK(taken > 100);
}

TEST(SidStoreIsRefusedWhenItMakesNoSense) {
  const auto refused = [](const std::function<void(SidStore&)>& change) {
    SidStore store = MakeStore();
    change(store);
    SidStore read;
    return !DecodeSidStore(EncodeSidStore(store), &read) && read == SidStore();
  };
  CHECK(!refused([](SidStore&) {}));
  CHECK(refused([](SidStore& store) { store.entries[1].id = 1; }));
  CHECK(refused([](SidStore& store) { store.entries[1].id = 0; }));
  CHECK(refused([](SidStore& store) { store.entries[1].id = 9; }));
  CHECK(refused([](SidStore& store) { store.placeholders[0].id = 1; }));
  CHECK(refused([](SidStore& store) { store.next_id = 8; }));
  CHECK(refused([](SidStore& store) { store.entries[1].sid = kRoot; }));
  CHECK(refused([](SidStore& store) { store.entries[1].sid = kReadOnlySid; }));
  CHECK(refused([](SidStore& store) { store.entries[1].variant = "variant"; }));
  CHECK(refused([](SidStore& store) { store.entries[1].root.clear(); }));
  CHECK(refused([](SidStore& store) { store.placeholders[1].path = u"C:\\w\\.mcp.json"; }));
  CHECK(refused([](SidStore& store) { store.placeholders[1].path.clear(); }));
  CHECK(refused(
      [](SidStore& store) { std::swap(store.entries[0].paths[0], store.entries[0].paths[1]); }));
  CHECK(refused([](SidStore& store) { store.entries[0].paths[1] = store.entries[0].paths[0]; }));
  // Whoever has the SID gets the rights: it must not be one that tokens have anyway.
  for (const Sid& sid : {kEveryone, kUsers, kSystem, Sid(5, {21, 1, 2, 3}), Sid()}) {
    CHECK(refused([&](SidStore& store) { store.entries[0].sid = sid; }));
    CHECK(refused([&](SidStore& store) { store.read_only = sid; }));
  }
}

}  // namespace
}  // namespace ringfence::win
