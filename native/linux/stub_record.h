// What a stub journal says: which missing protected paths a lease holds with empty directories.
#ifndef RINGFENCE_LINUX_STUB_RECORD_H_
#define RINGFENCE_LINUX_STUB_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

// Tells a directory from another one that later has the same path. The time of birth is part of
// it because file systems give the inode number of a removed directory to the next one.
struct StubIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  // Nanoseconds since 1970; 0 where the file system does not know.
  int64_t born_ns = 0;

  bool operator==(const StubIdentity&) const = default;
};

struct StubRecord {
  enum class Kind : char {
    kIntended = 'i',  // about to be made; after a crash it may or may not exist
    kHeld = 'h',      // exists, is held
    kDropped = 'd',   // was intended, but something else is there
  };

  Kind kind = Kind::kIntended;
  StubIdentity identity;  // of kHeld
  std::string path;
};

// A journal only grows, so that a crash at any point leaves it readable: a later record about the
// same path replaces an earlier one, and an unfinished record at the end is ignored.
void AppendStubRecord(const StubRecord& record, std::string* text);

// The last word on each path; paths that were dropped are left out.
std::vector<StubRecord> ParseStubJournal(std::string_view text);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_STUB_RECORD_H_
