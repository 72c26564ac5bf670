// Takes capability SIDs that nothing uses any more off the host's files, and out of the store.
#ifndef RINGFENCE_WIN_SID_PRUNE_H_
#define RINGFENCE_WIN_SID_PRUNE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/status.h"
#include "win/acl_api.h"

namespace ringfence::win {

struct PruneResult {
  // SIDs that were removed, and those that stay: they are used, or a path could not be cleaned.
  size_t removed = 0;
  size_t kept = 0;
};

constexpr uint32_t kPruneDays = 30;

// Entries whose root is gone, and those that were not used for `days` days, are removed with their
// ACEs, unless a lease of any process holds them. Also heals what crashed leases left. A path that
// cannot be cleaned keeps its entry and is no failure.
Status PruneSids(const AclApi& api, const std::u16string& state_directory, uint32_t days,
                 PruneResult* result);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_SID_PRUNE_H_
