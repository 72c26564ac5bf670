// A disk in memory: directories, files and their security as file_tree_model.h has them, junctions,
// volumes without ACLs, and locks. Several simulated processes share it (win_fake_files.h).
#ifndef RINGFENCE_TEST_NATIVE_WIN_FAKE_DISK_H_
#define RINGFENCE_TEST_NATIVE_WIN_FAKE_DISK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "file_tree_model.h"
#include "win/api/file_api.h"

namespace ringfence::win {

// Where a path leads.
struct FakePlace {
  // None: its directory is missing.
  Node* directory = nullptr;
  std::string name;
  // None: nothing is there.
  Node* node = nullptr;
};

class FakeDisk {
 public:
  // C:\, where the user Alice may do everything.
  FakeDisk();

  // Plain paths of ASCII. Directories above are made when missing.
  Node& Add(std::u16string_view path, Node::Kind kind = Node::Kind::kDirectory);
  Node& AddFile(std::u16string_view path) { return Add(path, Node::Kind::kFile); }
  void AddJunction(std::u16string_view path, std::u16string_view target);
  // With everything below; open handles stay valid.
  void Remove(std::u16string_view path);
  void Move(std::u16string_view from, std::u16string_view to);
  bool Has(std::u16string_view path);
  Node& At(std::u16string_view path);

  // Everything at and below a path as text: names, kinds, security. What is at `without` is left
  // out.
  std::string Show(std::u16string_view path, std::u16string_view without = {});

  // For the calls. They hold `mutex`.
  FakePlace Find(std::u16string_view path, LinkMode last);
  // Empty when it is not in the tree any more.
  std::u16string PathOf(const Node& node) const;
  void Detach(Node& directory, const std::string& name);

  struct Lock {
    const Node* file;
    uint64_t offset;
    LockMode mode;
    Handle owner;
  };

  std::mutex mutex;
  std::vector<Lock> locks;
  std::map<const Node*, std::u16string> junctions;
  std::map<const Node*, std::vector<uint8_t>> contents;
  // Roots of volumes.
  std::set<std::u16string> without_acls;
  uint32_t today = 155'000;
  uintptr_t last_handle = 0;
  std::mt19937 random{4711};

 private:
  Node volumes_;
  std::vector<std::unique_ptr<Node>> detached_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WIN_FAKE_DISK_H_
