// Empty directories that stand for protected paths which do not exist: an ACE needs an object. They
// go with the last lease that needs them.
#ifndef RINGFENCE_WIN_PLACEHOLDER_H_
#define RINGFENCE_WIN_PLACEHOLDER_H_

#include <cstdint>
#include <set>
#include <string>

#include "core/status.h"
#include "win/acl_api.h"
#include "win/sid.h"
#include "win/state_transaction.h"
#include "win/unique_handle.h"

namespace ringfence::win {

// `directory` is opened with READ_CONTROL, WRITE_DAC and DELETE. When the new directory turns out
// to be elsewhere, because a link stands in the way, it is removed again.
Status MakePlaceholder(const AclApi& api, const std::u16string& path, UniqueHandle* directory);

enum class Removal : uint8_t {
  kRemoved,
  kGone,      // nothing is there, or something else than a directory
  kNotOurs,   // no denial of our SIDs is on it
  kNotEmpty,  // somebody has put something in
};

// With `sids`: only a directory that has a denial of one of them. `removal` is set on success.
Status RemovePlaceholder(const AclApi& api, const std::u16string& path, const std::set<Sid>* sids,
                         Removal* removal);

// Forgets those of `paths` that are not what we made any more, before our denials make them look
// like it.
Status ForgetReplacedPlaceholders(const AclApi& api, const std::set<std::u16string>& paths,
                                  SidStore* store);

// Removes the placeholders that no lease holds, and forgets those that are somebody else's by now.
// All are tried; the answer is the first failure. The caller saves the store.
Status SweepPlaceholders(const AclApi& api, StateTransaction* state);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_PLACEHOLDER_H_
