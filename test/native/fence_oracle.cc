#include "fence_oracle.h"

#include <algorithm>

#include "access_case.h"
#include "sids.h"
#include "tree_path.h"
#include "win/acl_plan.h"

namespace ringfence::win {
namespace {

enum class Said : uint8_t { kNothing, kYes, kNo };

// One of the two checks of a token: whose ACEs count, and whether the policy's do.
struct Side {
  std::vector<Sid> sids;
  bool policys = false;
};

// The file that is asked about, and how many directories up an ACE stands.
struct Place {
  const MadeFile& file;
  int levels = 0;
};

bool Reaches(const Ace& ace, const Place& place) {
  if (place.levels == 0) return (ace.flags & kInheritOnly) == 0;
  const uint8_t kind = place.file.kind == Node::Kind::kFile ? kObjectInherit : kContainerInherit;
  return (ace.flags & kind) != 0 && (place.levels == 1 || (ace.flags & kNoPropagateInherit) == 0);
}

Said SaidByAce(const Ace& ace, AccessMask right, const Place& place, const Side& side) {
  if (!Reaches(ace, place) || (MapGenericFileRights(ace.mask) & right) == 0) return Said::kNothing;
  const Sid& sid = place.levels > 0 && ace.sid == kCreatorOwner ? place.file.owner : ace.sid;
  if (std::ranges::find(side.sids, sid) == side.sids.end()) return Said::kNothing;
  return ace.type == kAccessAllowedAce ? Said::kYes : Said::kNo;
}

// The policy's denials are first; its grant comes when all explicit denials of others are done.
Said SaidAt(const MadeFile& level, AccessMask right, const Place& place, const Side& side) {
  if (side.policys) {
    if (level.is_read_only && (right & kDeniedRights) != 0) return Said::kNo;
    if (level.is_pinned && place.levels == 0 && (right & kPinnedRights) != 0) return Said::kNo;
  }
  const auto last_denial = std::find_if(level.aces.rbegin(), level.aces.rend(), [](const Ace& ace) {
    return ace.type == kAccessDeniedAce;
  });
  const auto first_grant = last_denial.base();
  for (auto ace = level.aces.begin();; ++ace) {
    if (ace == first_grant && side.policys && level.is_root && (right & kGrantedRights) != 0) {
      return Said::kYes;
    }
    if (ace == level.aces.end()) return Said::kNothing;
    const Said said = SaidByAce(*ace, right, place, side);
    if (said != Said::kNothing) return said;
  }
}

bool HasRight(const MadeFile& file, AccessMask right, const Side& side) {
  Place place = {file};
  for (const MadeFile* level = &file; level != nullptr; level = level->made_in) {
    const Said said = SaidAt(*level, right, place, side);
    if (said != Said::kNothing) return said == Said::kYes;
    if (level->is_protected) return false;
    ++place.levels;
  }
  return false;
}

bool HasAll(const MadeFile& file, AccessMask rights, const Side& side) {
  return std::ranges::all_of(kFileRights, [&](AccessMask right) {
    return (rights & right) == 0 || HasRight(file, right, side);
  });
}

}  // namespace

FenceOracle::FenceOracle(const Token& user, Fence fence, const WriteRestrictedRule& rule)
    : user_(user.user), users_sids_({user.user}), fence_(fence), rule_(rule) {
  for (const Group& group : user.groups) users_sids_.push_back(group.sid);
}

bool FenceOracle::Grants(const MadeFile& file, AccessMask desired) const {
  if (file.null_dacl) return true;
  const AccessMask owners = file.owner == user_ ? kReadControl | kWriteDac : 0;
  if (!HasAll(file, desired & ~owners, {users_sids_, false})) return false;
  if (fence_ == Fence::kNone) return true;
  AccessMask second = desired & rule_.write_rights;
  if (second != 0 && rule_.gate == WriteRestrictedRule::Gate::kRequest) second = desired;
  Side side = {{}, true};
  if (fence_ == Fence::kEveryone) side.sids.push_back(kEveryone);
  return HasAll(file, second, side);
}

// NTFS takes two rights from the directory where the entry's own ACL does not give them.
bool FenceOracle::Opens(const std::string& path, AccessMask desired, const MadeTree& tree) const {
  const MadeFile& file = *tree.Find(path);
  const MadeFile& directory = *tree.Find(ParentOf(path));
  AccessMask left = desired;
  if (!Grants(file, kDelete) && Grants(directory, kFileDeleteChild)) left &= ~kDelete;
  if (!Grants(file, kFileReadAttributes) && Grants(directory, kFileReadData)) {
    left &= ~kFileReadAttributes;
  }
  return Grants(file, left);
}

bool FenceOracle::Allows(const FileOperation& operation, const MadeTree& tree) const {
  using Kind = FileOperation::Kind;
  const auto& [kind, path, to] = operation;
  const auto adds = [&](const std::string& target, AccessMask rights) {
    return Grants(*tree.Find(ParentOf(target)), rights);
  };
  if (kind == Kind::kCreateFile) return adds(path, kFileAddFile);
  if (kind == Kind::kCreateDirectory) return adds(path, kFileAddSubdirectory);
  if (!Opens(path, OpeningRights(kind), tree)) return false;
  // The directory of a new name is opened before the name is made.
  if (kind == Kind::kLink) return adds(to, kFileAddFile | kSynchronize);
  if (kind == Kind::kReplace && !Opens(to, kDelete, tree)) return false;
  if (kind != Kind::kRename && kind != Kind::kReplace) return true;
  const bool directory = tree.Find(path)->kind == Node::Kind::kDirectory;
  return adds(to, (directory ? kFileAddSubdirectory : kFileAddFile) | kSynchronize);
}

}  // namespace ringfence::win
