#include "core/head_tail.h"

#include <cstring>
#include <random>
#include <string>

#include "check.h"

namespace ringfence {
namespace {

std::string Head(const HeadTail& kept) { return {kept.data(), kept.head_size()}; }
std::string Tail(const HeadTail& kept) {
  return {kept.data() + kept.head_size(), kept.size() - kept.head_size()};
}

// What it must keep, the simple way.
void CheckKeeps(const HeadTail& kept, const std::string& whole, size_t capacity) {
  if (whole.size() <= capacity) {
    CHECK_EQ(kept.dropped(), 0U);
    CHECK(std::string(kept.data(), kept.size()) == whole);
    CHECK_EQ(kept.head_size(), whole.size());
    return;
  }
  const size_t head = capacity - capacity / 2;
  CHECK_EQ(kept.dropped(), whole.size() - capacity);
  CHECK(Head(kept) == whole.substr(0, head));
  CHECK(Tail(kept) == whole.substr(whole.size() - capacity / 2));
}

// Each byte another than its neighbours, so that a shift is seen.
std::string Pattern(size_t start, size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>((start + i) * 131 >> 3);
  return text;
}

// As the reader does: directly where there is a place, else by a copy.
void Put(HeadTail* kept, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    size_t size = 0;
    char* const room = kept->Room(bytes.size() - done, &size);
    if (room == nullptr) {
      CHECK(kept->Write(bytes.data() + done, bytes.size() - done));
      return;
    }
    CHECK(size > 0 && size <= bytes.size() - done);
    std::memcpy(room, bytes.data() + done, size);
    kept->Commit(size);
    done += size;
  }
}

TEST(HeadTailKeepsWhatTheSimpleWayKeeps) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const size_t capacity = random() % 65;
    HeadTail kept(capacity);
    std::string whole;
    for (size_t chunks = random() % 12; chunks > 0; --chunks) {
      const std::string chunk = Pattern(whole.size(), random() % 80);
      CHECK(kept.Write(chunk.data(), chunk.size()));
      whole += chunk;
    }
    kept.Finish();
    CheckKeeps(kept, whole, capacity);
  }
}

TEST(HeadTailKeepsTheSameOfWhatIsPutDirectly) {
  std::mt19937 random(2);
  for (int round = 0; round < 60; ++round) {
    const size_t capacity = random() % 1'000'000;
    HeadTail kept(capacity);
    std::string whole;
    for (size_t chunks = random() % 20; chunks > 0; --chunks) {
      const std::string chunk = Pattern(whole.size(), random() % 200'000);
      Put(&kept, chunk);
      whole += chunk;
    }
    kept.Finish();
    CheckKeeps(kept, whole, capacity);
  }
}

TEST(HeadTailGivesRoomOnlyWhereItIsLarge) {
  HeadTail kept(1'000'000);
  size_t size = 0;
  CHECK(kept.Room(100'000, &size) == nullptr);
  const std::string much(600'000, 'x');
  CHECK(kept.Write(much.data(), much.size()));
  CHECK(kept.Room(100'000, &size) != nullptr);
  CHECK_EQ(size, 100'000U);
  CHECK(kept.Write(much.data(), 390'000));
  CHECK(kept.Room(100'000, &size) == nullptr);
}

TEST(HeadTailWithoutLimitKeepsEverything) {
  HeadTail kept(HeadTail::kUnlimited);
  std::string whole;
  for (int i = 0; i < 30; ++i) {
    const std::string chunk = Pattern(whole.size(), 100'000);
    Put(&kept, chunk);
    whole += chunk;
  }
  kept.Finish();
  CHECK_EQ(kept.dropped(), 0U);
  CHECK(std::string(kept.data(), kept.size()) == whole);
}

TEST(HeadTailOfNothingHasNothing) {
  HeadTail empty(100);
  empty.Finish();
  CHECK_EQ(empty.size(), 0U);
  HeadTail none(0);
  CHECK(none.Write("abc", 3));
  none.Finish();
  CHECK_EQ(none.size(), 0U);
  CHECK_EQ(none.dropped(), 3U);
}

}  // namespace
}  // namespace ringfence
