// The volumes of this machine.
#ifndef RINGFENCE_WIN_API_WINDOWS_VOLUMES_H_
#define RINGFENCE_WIN_API_WINDOWS_VOLUMES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "win/api/os_error.h"

namespace ringfence::win {

struct Volume {
  // `C:\`
  std::u16string root;
  // kVolumePersistentAcls and others.
  uint32_t flags = 0;
};

// GetLogicalDriveStringsW, GetVolumeInformationW: those with a medium, but not those of the
// network, which may take long to answer.
OsError ListVolumes(std::vector<Volume>* volumes);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_WINDOWS_VOLUMES_H_
