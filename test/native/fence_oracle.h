// Predicts exactly what a fenced command may do to a tree, from how the tree was made and what a
// policy says of it. It shares no code with the planner of ACLs or with the models: there are no
// lists to edit, inherit or walk, only the question which directory, from the file up, first says
// something about a right.
#ifndef RINGFENCE_TEST_NATIVE_FENCE_ORACLE_H_
#define RINGFENCE_TEST_NATIVE_FENCE_ORACLE_H_

#include <vector>

#include "access_check_model.h"
#include "made_tree.h"

namespace ringfence::win {

class FenceOracle {
 public:
  enum class Fence : uint8_t {
    kNone,      // the user
    kStrict,    // the token's restricting SIDs are of the launch and of the roots
    kEveryone,  // and everyone
  };

  FenceOracle(const Token& user, Fence fence, const WriteRestrictedRule& rule);

  // Of a possible operation.
  bool Allows(const FileOperation& operation, const MadeTree& tree) const;

 private:
  bool Grants(const MadeFile& file, AccessMask desired) const;
  bool Opens(const std::string& path, AccessMask desired, const MadeTree& tree) const;

  Sid user_;
  std::vector<Sid> users_sids_;
  Fence fence_;
  WriteRestrictedRule rule_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_FENCE_ORACLE_H_
