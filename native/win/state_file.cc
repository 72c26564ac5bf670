#include "win/state_file.h"

#include <cstddef>
#include <utility>

#include "win/canonical_path.h"
#include "win/unique_handle.h"
#include "win/utf16.h"

namespace ringfence::win {
namespace {

constexpr size_t kChunk = size_t{64} << 10;

}  // namespace

Status ReadStateFile(const AclApi& api, const std::u16string& path, const StateFileStages& stages,
                     bool* found, std::vector<uint8_t>* bytes) {
  Handle raw = Handle::kNone;
  const OsError open = api.file.OpenToRead(ExtendedPath(path), &raw);
  *found = !open.is(kErrorFileNotFound);
  if (!*found) return Status::Ok();
  if (!open.ok()) return Failed(stages.open, open, ToUtf8(path));
  const UniqueHandle file(api.handle, raw);
  std::vector<uint8_t> read;
  std::vector<uint8_t> chunk(kChunk);
  for (;;) {
    size_t moved = 0;
    const OsError error = api.file.Read(file.get(), chunk, &moved);
    if (!error.ok()) return Failed(stages.read, error, ToUtf8(path));
    if (moved == 0) break;
    read.insert(read.end(), chunk.begin(), chunk.begin() + static_cast<ptrdiff_t>(moved));
    if (read.size() > kMostStateBytes) return {stages.corrupt, 0, ToUtf8(path)};
  }
  *bytes = std::move(read);
  return Status::Ok();
}

Status WriteStateFile(const AclApi& api, const std::u16string& path, const StateFileStages& stages,
                      std::span<const uint8_t> bytes) {
  const std::u16string partial = ExtendedPath(path) + u".new";
  Handle raw = Handle::kNone;
  if (const OsError error = api.file.Create(partial, &raw); !error.ok()) {
    return Failed(stages.open, error, ToUtf8(path));
  }
  UniqueHandle file(api.handle, raw);
  while (!bytes.empty()) {
    size_t moved = 0;
    const OsError error = api.file.Write(file.get(), bytes, &moved);
    if (!error.ok()) return Failed(stages.write, error, ToUtf8(path));
    if (moved == 0) return Failed(stages.write, Win32Error(0), ToUtf8(path));
    bytes = bytes.subspan(moved);
  }
  if (const OsError error = api.file.Flush(file.get()); !error.ok()) {
    return Failed(stages.flush, error, ToUtf8(path));
  }
  file.Reset();
  if (const OsError error = api.file.Replace(partial, ExtendedPath(path)); !error.ok()) {
    return Failed(stages.replace, error, ToUtf8(path));
  }
  return Status::Ok();
}

}  // namespace ringfence::win
