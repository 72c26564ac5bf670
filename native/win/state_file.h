// A file of the state directory, read and replaced as a whole.
#ifndef RINGFENCE_WIN_STATE_FILE_H_
#define RINGFENCE_WIN_STATE_FILE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/status.h"
#include "win/acl_api.h"

namespace ringfence::win {

// What failures are called.
struct StateFileStages {
  Stage open;
  Stage read;
  Stage corrupt;
  Stage write;
  Stage flush;
  Stage replace;
};

// More than any state is.
constexpr size_t kMostStateBytes = size_t{64} << 20;

// `found` is false when there is no such file.
Status ReadStateFile(const AclApi& api, const std::u16string& path, const StateFileStages& stages,
                     bool* found, std::vector<uint8_t>* bytes);

// The file has either its old bytes or the new ones, whenever the process or the machine ends. On
// failure PATH.new may be left; the next write replaces it.
Status WriteStateFile(const AclApi& api, const std::u16string& path, const StateFileStages& stages,
                      std::span<const uint8_t> bytes);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_STATE_FILE_H_
