// What the steps of a request are about, as it is now.
#ifndef RINGFENCE_WIN_STAMP_TARGETS_H_
#define RINGFENCE_WIN_STAMP_TARGETS_H_

#include <string>
#include <vector>

#include "core/status.h"
#include "win/acl_api.h"
#include "win/acl_plan.h"
#include "win/stamp_request.h"

namespace ringfence::win {

struct StampTargets {
  std::vector<AclStep> present = {};
  // Denials of what does not exist: as soon as there is a placeholder, its security belongs here.
  std::vector<AclStep> missing = {};
};

// `sids` are those of the roots of the request, in their order. Every path is read once. Steps that
// are optional and gone are left out; the first other failure is the answer.
Status ReadTargets(const AclApi& api, const StampRequest& request, const std::vector<Sid>& sids,
                   StampTargets* targets);

// The index of a root that is none is a mistake of the caller.
bool HasValidRoots(const StampStep& step, const StampRequest& request);

// Whether a denial whose path is missing gets a placeholder; `missing` is how opening it failed.
// What was a file gets none: a directory in its place would be in the way of programs that write it
// anew. Neither does what has lost its directory.
bool GetsPlaceholder(const StampStep& step, const Status& missing);

// The paths of the missing ones, each once.
std::vector<std::u16string> MissingPaths(const StampTargets& targets);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_STAMP_TARGETS_H_
