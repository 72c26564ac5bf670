// Random trees, policies for them, and what a program may try there.
#ifndef RINGFENCE_TEST_NATIVE_MADE_TREE_GENERATOR_H_
#define RINGFENCE_TEST_NATIVE_MADE_TREE_GENERATOR_H_

#include <string>
#include <vector>

#include "made_tree.h"
#include "random.h"

namespace ringfence::win {

struct TreeTraits {
  // The user has full control everywhere, and every ACE is handed down to the last file: nothing
  // but the policy decides.
  bool plain = false;
  // Files with a null DACL.
  bool null_dacls = true;
};

// Every directory hands an ACE of the user's down: what is made in it gets rights of the user's
// whatever a policy adds.
MadeTree MakeTree(const TreeTraits& traits, test::Random* random);

// Adds to the tree the directories that stand for missing read-only subpaths.
FencePolicy MakePolicy(MadeTree* tree, test::Random* random);

class OperationGenerator {
 public:
  explicit OperationGenerator(test::Random* random) : random_(random) {}

  // Single ones, and from time to time all of what a tool does, one after the other. It may be
  // impossible.
  FileOperation Next(const MadeTree& tree);

 private:
  FileOperation Single(const std::vector<std::string>& paths);
  std::string NewName(const std::string& directory);

  test::Random* random_;
  size_t names_ = 0;
  // Of a tool, last first.
  std::vector<FileOperation> pending_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_MADE_TREE_GENERATOR_H_
