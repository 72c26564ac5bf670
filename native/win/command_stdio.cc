#include "win/command_stdio.h"

#include <algorithm>
#include <utility>

namespace ringfence::win {
namespace {

Status OpenNull(const Win32Api& api, UniqueHandle* file) {
  Handle opened = Handle::kNone;
  if (const OsError error = api.io.OpenNull(&opened); !error.ok()) {
    return Failed(Stage::kWinNull, error);
  }
  *file = UniqueHandle(api.handle, opened);
  return Status::Ok();
}

}  // namespace

Status MakeCommandStdio(const Win32Api& api, const std::array<Handle, 3>& requested,
                        CommandStdio* stdio) {
  std::array<Handle, 3> sources = requested;
  UniqueHandle null_file;
  if (std::ranges::find(sources, Handle::kNone) != sources.end()) {
    RINGFENCE_RETURN_IF_ERROR(OpenNull(api, &null_file));
    std::ranges::replace(sources, Handle::kNone, null_file.get());
  }

  CommandStdio made;
  for (size_t i = 0; i < sources.size(); ++i) {
    const auto same = static_cast<size_t>(std::ranges::find(sources, sources[i]) - sources.begin());
    if (same < i) {
      made.handles[i] = made.handles[same];
      continue;
    }
    if (const OsError error = api.handle.Duplicate(sources[i], true, &made.handles[i]);
        !error.ok()) {
      return Failed(Stage::kWinStdio, error);
    }
    made.owned.emplace_back(api.handle, made.handles[i]);
  }
  *stdio = std::move(made);
  return Status::Ok();
}

}  // namespace ringfence::win
