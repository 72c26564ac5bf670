#include "access_case.h"

#include <charconv>

namespace ringfence::win {
namespace {

// "ACE Strings" on learn.microsoft.com.
std::string FlagsText(uint8_t flags) {
  std::string text;
  if ((flags & kObjectInherit) != 0) text += "OI";
  if ((flags & kContainerInherit) != 0) text += "CI";
  if ((flags & kNoPropagateInherit) != 0) text += "NP";
  if ((flags & kInheritOnly) != 0) text += "IO";
  if ((flags & kInherited) != 0) text += "ID";
  return text;
}

std::string AceText(const Ace& ace) {
  return std::string("(") + (ace.type == kAccessDeniedAce ? "D;" : "A;") + FlagsText(ace.flags) +
         ";" + HexText(ace.mask) + ";;;" + ace.sid.ToText() + ")";
}

std::string RestrictionText(Restriction restriction) {
  switch (restriction) {
    case Restriction::kNone:
      return "";
    case Restriction::kEverything:
      return " restricted to";
    case Restriction::kWrites:
      return " write-restricted to";
  }
  return "";
}

}  // namespace

std::string HexText(AccessMask mask) {
  std::array<char, 8> digits = {};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), mask, 16);
  return "0x" + std::string(digits.data(), end.ptr);
}

std::string DescriptorText(const SecurityDescriptor& object) {
  std::string text = "O:" + object.owner.ToText() + "D:";
  if (!object.dacl) return text + "NO_ACCESS_CONTROL";
  if (object.is_protected) text += "P";
  for (const Ace& ace : object.dacl->aces) text += AceText(ace);
  return text;
}

std::string TokenText(const Token& token) {
  std::string text = token.user.ToText() + (token.user_deny_only ? " (deny-only)" : "");
  for (const Group& group : token.groups) {
    text += " +" + group.sid.ToText() + (group.deny_only ? " (deny-only)" : "");
  }
  text += RestrictionText(token.restriction);
  for (const Sid& sid : token.restricting) text += " " + sid.ToText();
  return text;
}

std::string CaseText(const AccessCase& access) {
  return "object " + DescriptorText(access.object) + " token " + TokenText(access.token) +
         " desired " + HexText(access.desired);
}

}  // namespace ringfence::win
