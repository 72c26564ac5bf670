#include "linux/launcher/mount/place.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/stat.h>

#include "linux/launcher/file_type.h"
#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence::mount {
namespace {

// Makes one component. `parent` is an open place.
Outcome MakeComponent(const OwnFileSystems& own, int parent, const char* name, PlaceType type,
                      const char* path) {
  uint64_t device = 0;
  RINGFENCE_TRY(Check(Stage::kMountMake, DeviceOf(parent, &device), path));
  const bool in_mask = own.masks != nullptr && own.masks->Owns(device);
  const bool in_root = own.has_root && own.root_device == device;
  if (!in_mask && !in_root) return {Stage::kMountTarget, ENOENT, path};
  const unsigned mode = in_mask ? 0111 : 0755;
  const long result =
      type == PlaceType::kDirectory
          ? sys::Call(__NR_mkdirat, parent, sys::Address(name), mode)
          : sys::Call(__NR_mknodat, parent, sys::Address(name), kRegularFile | 0444, 0);
  return Check(Stage::kMountMake, result == -EEXIST ? 0 : result, path);
}

}  // namespace

Outcome OpenOrMakePlace(const OwnFileSystems& own, const char* path, PlaceType type, int* place) {
  const long opened = OpenPlace(path);
  if (opened != -ENOENT) {
    *place = static_cast<int>(opened);
    return Check(Stage::kMountTarget, opened, path);
  }
  const size_t length = Length(path);
  if (length >= PATH_MAX) return {Stage::kMountTarget, ENAMETOOLONG, path};
  char prefix[PATH_MAX];
  long parent = OpenPlace("/");
  RINGFENCE_TRY(Check(Stage::kMountTarget, parent, path));
  size_t start = 1;
  prefix[0] = '/';
  for (size_t end = 1; end <= length; ++end) {
    if (path[end] != '/' && path[end] != '\0') {
      prefix[end] = path[end];
      continue;
    }
    prefix[end] = '\0';
    long next = OpenPlace(prefix);
    if (next == -ENOENT) {
      const PlaceType component = end == length ? type : PlaceType::kDirectory;
      const Outcome made =
          MakeComponent(own, static_cast<int>(parent), prefix + start, component, path);
      if (!made.ok()) {
        sys::Close(static_cast<int>(parent));
        return made;
      }
      next = OpenPlace(prefix);
    }
    sys::Close(static_cast<int>(parent));
    RINGFENCE_TRY(Check(Stage::kMountTarget, next, path));
    parent = next;
    prefix[end] = '/';
    start = end + 1;
  }
  *place = static_cast<int>(parent);
  return {};
}

}  // namespace ringfence::mount
