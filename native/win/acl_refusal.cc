#include "win/acl_refusal.h"

#include "win/utf16.h"

namespace ringfence::win {
namespace {

Stage StageOf(AclRefusal refusal) {
  switch (refusal) {
    case AclRefusal::kNone:
      return Stage::kNone;
    case AclRefusal::kNoAcls:
      return Stage::kWinPathNoAcls;
    case AclRefusal::kNullDacl:
      return Stage::kWinAclNull;
    case AclRefusal::kContradiction:
      return Stage::kWinAclContradiction;
    case AclRefusal::kForeign:
      return Stage::kWinAclForeign;
    case AclRefusal::kOrder:
      return Stage::kWinAclOrder;
    case AclRefusal::kNotInheriting:
      return Stage::kWinAclNotInheriting;
    case AclRefusal::kUnpinned:
      return Stage::kWinAclUnpinned;
    case AclRefusal::kTooLarge:
      return Stage::kWinAclTooLarge;
    case AclRefusal::kMalformed:
      return Stage::kWinAclDecode;
    case AclRefusal::kIneffective:
      return Stage::kWinAclIneffective;
  }
  return Stage::kWinAclIneffective;
}

}  // namespace

Status StatusOf(AclRefusal refusal, const std::u16string& path) {
  if (refusal == AclRefusal::kNone) return Status::Ok();
  return {StageOf(refusal), 0, ToUtf8(path)};
}

}  // namespace ringfence::win
