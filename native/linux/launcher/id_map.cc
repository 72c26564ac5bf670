#include "linux/launcher/id_map.h"

#include <linux/errno.h>
#include <linux/fcntl.h>

#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

Outcome WriteFile(const char* path, const char* data, size_t size, Stage stage) {
  const long fd = sys::OpenAt(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
  RINGFENCE_TRY(Check(stage, fd, path));
  const long written = sys::Write(static_cast<int>(fd), data, size);
  sys::Close(static_cast<int>(fd));
  return Check(stage, written, path);
}

// Lines of "inside outside count" -> lines of "outside-as-inside", the identity over what exists.
// The inside column of the parent's own map is what it can hand on.
Outcome CopyMap(const char* source, const char* target, Stage stage) {
  const long fd = sys::OpenAt(AT_FDCWD, source, O_RDONLY | O_CLOEXEC);
  RINGFENCE_TRY(Check(Stage::kNamespaceReadMap, fd, source));
  char map[4096];
  const long size = sys::Read(static_cast<int>(fd), map, sizeof map - 1);
  sys::Close(static_cast<int>(fd));
  RINGFENCE_TRY(Check(Stage::kNamespaceReadMap, size, source));
  map[size] = '\0';
  Line<4096> identity;
  const char* p = map;
  while (*p != '\0') {
    uint64_t field[3] = {0, 0, 0};
    for (uint64_t& value : field) {
      while (*p == ' ') ++p;
      if (*p < '0' || *p > '9') return {Stage::kNamespaceReadMap, EINVAL, source};
      while (*p >= '0' && *p <= '9') value = value * 10 + static_cast<uint64_t>(*p++ - '0');
    }
    identity.Add(field[0]).Add(" ").Add(field[0]).Add(" ").Add(field[2]).Add("\n");
    while (*p == '\n' || *p == ' ') ++p;
  }
  if (identity.overflow()) return {Stage::kNamespaceReadMap, E2BIG, source};
  return WriteFile(target, identity.c_str(), identity.size(), stage);
}

}  // namespace

Outcome MapOwnIds(unsigned uid, unsigned gid) {
  // Without this the kernel refuses a gid map from an ordinary user (user_namespaces(7)).
  RINGFENCE_TRY(WriteFile("/proc/self/setgroups", "deny", 4, Stage::kNamespaceSetgroups));
  Line<64> line;
  line.Add(uid).Add(" ").Add(uid).Add(" 1");
  RINGFENCE_TRY(
      WriteFile("/proc/self/uid_map", line.c_str(), line.size(), Stage::kNamespaceUidMap));
  Line<64> group;
  group.Add(gid).Add(" ").Add(gid).Add(" 1");
  return WriteFile("/proc/self/gid_map", group.c_str(), group.size(), Stage::kNamespaceGidMap);
}

Outcome MapFullRange(int pid) {
  Line<64> uid_map;
  uid_map.Add("/proc/").Add(static_cast<uint64_t>(pid)).Add("/uid_map");
  Line<64> gid_map;
  gid_map.Add("/proc/").Add(static_cast<uint64_t>(pid)).Add("/gid_map");
  Outcome outcome = CopyMap("/proc/self/uid_map", uid_map.c_str(), Stage::kNamespaceUidMap);
  if (outcome.ok()) {
    outcome = CopyMap("/proc/self/gid_map", gid_map.c_str(), Stage::kNamespaceGidMap);
  }
  outcome.path = nullptr;  // names a buffer of this function
  return outcome;
}

}  // namespace ringfence
