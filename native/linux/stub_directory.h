// The empty directories themselves: looking at one, and removing one that nobody needs any more.
#ifndef RINGFENCE_LINUX_STUB_DIRECTORY_H_
#define RINGFENCE_LINUX_STUB_DIRECTORY_H_

#include <sys/types.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "core/status.h"
#include "linux/stub_record.h"

namespace ringfence {

struct StubPlace {
  std::string parent;
  std::string name;
};

// False when `path` is not absolute, or ends in nothing that can be made ("/", ".", "..").
bool SplitStubPath(const std::string& path, StubPlace* place);

struct StubEntry {
  bool is_directory = false;
  uid_t owner = 0;
  StubIdentity identity;
};

// Looks at `name` in the directory `parent` (borrowed) without following it. Returns 0 or errno.
int LookAtStub(int parent, const std::string& name, StubEntry* entry);

// False also when it cannot be read.
bool IsEmptyDirectory(int parent, const std::string& name);

// The stubs that leases in use hold.
class StubsInUse {
 public:
  void Add(const StubRecord& record);
  bool Contains(const std::string& path, const StubIdentity& identity) const;

 private:
  std::unordered_map<std::string, std::vector<StubIdentity>> by_path_;
};

// Removes the stub of `record` when it is still the same directory, empty, and not in use.
// Anything else at its path is somebody else's now and left alone; that is no failure.
Status RemoveStub(const StubRecord& record, const StubsInUse& in_use, bool* removed);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_STUB_DIRECTORY_H_
