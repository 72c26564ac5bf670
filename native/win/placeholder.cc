#include "win/placeholder.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "win/canonical_path.h"
#include "win/exact_path.h"
#include "win/utf16.h"

namespace ringfence::win {
namespace {

std::set<Sid> SidsOf(const SidStore& store) {
  std::set<Sid> sids;
  for (const SidEntry& entry : store.entries) sids.insert(entry.sid);
  return sids;
}

bool HasDenialOf(const std::set<Sid>& sids, const Acl& acl) {
  return std::ranges::any_of(acl.aces, [&](const Ace& ace) {
    return ace.type == kAccessDeniedAce && !ace.inherited() && ace.mask == kDeniedRights &&
           sids.contains(ace.sid);
  });
}

// Whether the store can forget it.
bool IsDone(Removal removal, const PlaceholderEntry& entry, const SidStore& store) {
  if (removal != Removal::kNotEmpty) return true;
  // What is in it may be a placeholder that is still held.
  return std::ranges::none_of(store.placeholders, [&](const PlaceholderEntry& other) {
    return other.id != entry.id && IsWithin(other.path, entry.path);
  });
}

}  // namespace

Status MakePlaceholder(const AclApi& api, const std::u16string& path, UniqueHandle* directory) {
  const std::u16string extended = ExtendedPath(path);
  if (const OsError error = api.file.MakeDirectory(extended); !error.ok()) {
    return Failed(Stage::kWinStubMake, error, ToUtf8(path));
  }
  Handle raw = Handle::kNone;
  const AccessMask access = kReadControl | kWriteDac | kDelete | kFileReadAttributes;
  if (const OsError error = api.file.Open(extended, access, LinkMode::kOpenLink, &raw);
      !error.ok()) {
    return Failed(Stage::kWinPathOpen, error, ToUtf8(path));
  }
  UniqueHandle made(api.handle, raw);
  Status status = CheckPath(api, path, made.get());
  // By its handle: its path is the one that somebody else controls.
  if (status.stage() == Stage::kWinPathChanged) (void)api.file.MarkDeleted(made.get());
  RINGFENCE_RETURN_IF_ERROR(std::move(status));
  // Put in its place meanwhile, it would be protected, and what it leads to would not.
  RINGFENCE_RETURN_IF_ERROR(CheckNoLink(api, path, made.get()));
  *directory = std::move(made);
  return Status::Ok();
}

Status RemovePlaceholder(const AclApi& api, const std::u16string& path, const std::set<Sid>* sids,
                         Removal* removal) {
  *removal = Removal::kGone;
  UniqueHandle file;
  Status opened = OpenExact(api, path, kReadControl | kDelete, &file);
  if (IsGone(opened)) return Status::Ok();
  RINGFENCE_RETURN_IF_ERROR(std::move(opened));
  PathSecurity now;
  RINGFENCE_RETURN_IF_ERROR(ReadSecurity(api, path, file.get(), &now));
  if (!now.directory) return Status::Ok();
  if (sids != nullptr && !HasDenialOf(*sids, now.dacl)) {
    *removal = Removal::kNotOurs;
    return Status::Ok();
  }
  const OsError error = api.file.MarkDeleted(file.get());
  if (!error.ok() && !error.is(kErrorDirNotEmpty)) {
    return Failed(Stage::kWinStubRemove, error, ToUtf8(path));
  }
  *removal = error.ok() ? Removal::kRemoved : Removal::kNotEmpty;
  return Status::Ok();
}

Status ForgetReplacedPlaceholders(const AclApi& api, const std::set<std::u16string>& paths,
                                  SidStore* store) {
  const std::set<Sid> sids = SidsOf(*store);
  std::vector<PlaceholderEntry> kept;
  for (const PlaceholderEntry& entry : store->placeholders) {
    PathSecurity now;
    Status read;
    if (paths.contains(entry.path)) read = ReadSecurity(api, entry.path, &now);
    // A missing one is made again.
    const bool unread = !paths.contains(entry.path) || IsMissing(read);
    if (!unread) RINGFENCE_RETURN_IF_ERROR(std::move(read));
    if (unread || (now.directory && HasDenialOf(sids, now.dacl))) kept.push_back(entry);
  }
  store->placeholders = std::move(kept);
  return Status::Ok();
}

Status SweepPlaceholders(const AclApi& api, StateTransaction* state) {
  const std::set<Sid> sids = SidsOf(state->store());
  std::vector<PlaceholderEntry> all = state->store().placeholders;
  // One may lie in another.
  std::ranges::sort(all, std::ranges::greater(), &PlaceholderEntry::path);
  Status first;
  for (const PlaceholderEntry& entry : all) {
    bool is_free = false;
    Status status = state->IsFree(entry.id, &is_free);
    if (status.ok() && !is_free) continue;
    Removal removal = Removal::kGone;
    if (status.ok()) status = RemovePlaceholder(api, entry.path, &sids, &removal);
    if (status.ok() && IsDone(removal, entry, state->store())) {
      std::erase(state->store().placeholders, entry);
    }
    if (first.ok()) first = std::move(status);
  }
  return first;
}

}  // namespace ringfence::win
