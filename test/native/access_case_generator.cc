#include "access_case_generator.h"

#include <utility>

#include "sids.h"

namespace ringfence::win {
namespace {

constexpr size_t kMostAces = 7;

constexpr AccessMask kCommonMasks[] = {
    kFileGenericRead, kFileGenericWrite, kFileGenericExecute, kFileAllAccess,
    kFileGenericRead | kFileGenericWrite | kFileGenericExecute | kDelete};
constexpr AccessMask kGenericMasks[] = {kGenericRead, kGenericWrite, kGenericExecute, kGenericAll,
                                        kGenericRead | kGenericExecute | kDelete};

}  // namespace

AccessCaseGenerator::AccessCaseGenerator(Token token, test::Random* random)
    : token_(std::move(token)), random_(random) {
  sids_ = {token_.user, token_.user, kSystem, kBob, kRoot, kOwnerRights};
  for (const Group& group : token_.groups) sids_.push_back(group.sid);
  // Several times, so that a long list of groups does not drown them.
  for (int i = 0; i < 4; ++i) {
    sids_.insert(sids_.end(), token_.restricting.begin(), token_.restricting.end());
  }
}

const Sid& AccessCaseGenerator::AnySid() { return sids_[random_->Below(sids_.size())]; }

AccessMask AccessCaseGenerator::AceMask() {
  switch (random_->Below(4)) {
    case 0:
      return kCommonMasks[random_->Below(std::size(kCommonMasks))];
    case 1:
      return kGenericMasks[random_->Below(std::size(kGenericMasks))];
    case 2:
      return kFileRights[random_->Below(kFileRights.size())];
    default:
      return random_->Bits() & kFileAllAccess;
  }
}

Ace AccessCaseGenerator::NextAce() {
  Ace ace;
  ace.type = random_->Below(3) == 0 ? kAccessDeniedAce : kAccessAllowedAce;
  if (random_->OneIn(6)) ace.flags = kObjectInherit | kContainerInherit;
  if (random_->OneIn(6)) ace.flags = kObjectInherit | kContainerInherit | kInheritOnly;
  if (random_->OneIn(6)) ace.flags |= kInherited;
  ace.mask = AceMask();
  ace.sid = AnySid();
  return ace;
}

SecurityDescriptor AccessCaseGenerator::Object() {
  SecurityDescriptor object;
  do {
    object.owner = AnySid();
  } while (object.owner == kOwnerRights);
  if (random_->OneIn(40)) return object;
  object.dacl = Acl();
  // None at all is the empty DACL.
  for (size_t count = random_->Below(kMostAces + 1); count > 0; --count) {
    const bool duplicate = !object.dacl->aces.empty() && random_->OneIn(12);
    object.dacl->aces.push_back(
        duplicate ? object.dacl->aces[random_->Below(object.dacl->aces.size())] : NextAce());
  }
  return object;
}

AccessMask AccessCaseGenerator::SpecificRights() {
  switch (random_->Below(4)) {
    case 0:
      return kCommonMasks[random_->Below(std::size(kCommonMasks))];
    case 1:
      return kFileRights[random_->Below(kFileRights.size())];
    case 2:
      return kFileRights[random_->Below(kFileRights.size())] |
             kFileRights[random_->Below(kFileRights.size())];
    default:
      return random_->Bits() & random_->Bits() & random_->Bits() & kFileAllAccess;
  }
}

AccessCase AccessCaseGenerator::NextWithSpecificRights() {
  AccessCase access = {Object(), token_, SpecificRights()};
  return access;
}

AccessCase AccessCaseGenerator::Next() {
  AccessCase access = NextWithSpecificRights();
  if (random_->OneIn(4)) {
    access.desired = kMaximumAllowed | (random_->OneIn(3) ? SpecificRights() : 0);
  } else if (random_->OneIn(6)) {
    access.desired = kGenericMasks[random_->Below(std::size(kGenericMasks))];
  }
  return access;
}

}  // namespace ringfence::win
