// Files and directories with their security descriptors, and what NTFS asks of them: inheritance
// when something is made and when an ACL is set, rights that come from the parent, and which
// accesses an operation needs. Names are compared as they are; there are no links and no open
// handles.
//
// References: [MS-DTYP] 2.5.3.4 (ACLs of new objects), "ACE Inheritance Rules", "File Security and
// Access Rights" on learn.microsoft.com, [MS-FSA] 2.1.5.1 (parent's FILE_DELETE_CHILD and
// FILE_LIST_DIRECTORY).
#ifndef RINGFENCE_TEST_NATIVE_FILE_TREE_MODEL_H_
#define RINGFENCE_TEST_NATIVE_FILE_TREE_MODEL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "access_check_model.h"

namespace ringfence::win {

struct Node {
  enum class Kind : uint8_t { kFile, kDirectory };

  Kind kind = Kind::kFile;
  SecurityDescriptor security;
  std::map<std::string, std::unique_ptr<Node>> children = {};
};

// The DACL of an object made in a directory that has `parent`: inherited ACEs, or those of the
// token's default where there are none.
Acl InheritedDacl(const Acl& parent, Node::Kind kind, const Sid& owner);

// Sets the explicit ACEs of a node and brings what is below up to date, as SetNamedSecurityInfoW
// does: everything inherited is replaced, explicit ACEs stay, and protected DACLs stop it.
void SetDacl(const Acl& dacl, Node* node);

// One process: its token, and how Windows is taken to read WRITE_RESTRICTED.
class Actor {
 public:
  Actor(const Token& token, const WriteRestrictedRule& rule) : token_(token), rule_(rule) {}

  // An entry is named by its directory, because rights on the directory count.
  bool MayOpen(const Node& directory, const std::string& name, AccessMask desired) const;
  bool MayDelete(const Node& directory, const std::string& name) const;
  bool MayCreate(const Node& directory, Node::Kind kind) const;
  // Give something that exists a name there: the directory is opened for that, as by a program that
  // waits.
  bool MayName(const Node& directory, Node::Kind kind) const;
  // MoveFileEx with MOVEFILE_REPLACE_EXISTING: what has the new name is deleted.
  bool MayRename(const Node& from, const std::string& name, const Node& to,
                 const std::string& new_name) const;

  // These do it when they may, and say whether they did.
  bool Create(const std::string& name, Node::Kind kind, Node* directory) const;
  bool Delete(const std::string& name, Node* directory) const;
  // The entry keeps its DACL, as it does on Windows within a volume.
  bool Rename(const std::string& name, Node* from, const std::string& new_name, Node* to) const;

 private:
  bool Allows(const Node& node, AccessMask desired) const;

  Token token_;
  WriteRestrictedRule rule_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_FILE_TREE_MODEL_H_
