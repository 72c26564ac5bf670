// A tree of files as somebody has made it: who owns what, which ACEs were put where, and from where
// others are inherited. The oracle of fence_oracle.h reads this and no list of ACEs that was
// inherited, edited or walked by the models.
#ifndef RINGFENCE_TEST_NATIVE_MADE_TREE_H_
#define RINGFENCE_TEST_NATIVE_MADE_TREE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fence_policy.h"
#include "file_tree_model.h"

namespace ringfence::win {

struct MadeFile {
  Node::Kind kind = Node::Kind::kDirectory;
  Sid owner;
  // Explicit ones, in their order.
  std::vector<Ace> aces = {};
  bool is_protected = false;
  // Of a file only: everybody may do everything.
  bool null_dacl = false;
  // The directory that it was made in, which it inherits from, wherever it is now.
  const MadeFile* made_in = nullptr;

  // What a policy makes of it.
  bool is_root = false;
  bool is_read_only = false;
  bool is_pinned = false;

  std::map<std::string, std::unique_ptr<MadeFile>> children = {};
};

class MadeTree {
 public:
  explicit MadeTree(MadeFile top) : top_(std::make_unique<MadeFile>(std::move(top))) {}

  const MadeFile& top() const { return *top_; }
  // Nothing when it does not exist.
  MadeFile* Find(const std::string& path) const;
  // The directory exists.
  MadeFile* Add(const std::string& path, MadeFile file);
  // What a permitted operation of `user` leaves behind.
  void Perform(const FileOperation& operation, const Sid& user);

  // Of everything but the top, each behind its directory.
  std::vector<std::string> Paths() const;
  void Mark(const FencePolicy& policy);
  // The same tree for the models, before any policy.
  Node ToModel() const;

 private:
  std::unique_ptr<MadeFile> Take(const std::string& path);

  std::unique_ptr<MadeFile> top_;
  // Deleted directories, which others may still inherit from.
  std::vector<std::unique_ptr<MadeFile>> gone_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_MADE_TREE_H_
