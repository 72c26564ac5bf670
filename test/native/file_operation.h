// What a program does to files, and what the models of tree and access check make of it.
#ifndef RINGFENCE_TEST_NATIVE_FILE_OPERATION_H_
#define RINGFENCE_TEST_NATIVE_FILE_OPERATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "file_tree_model.h"

namespace ringfence::win {

struct FileOperation {
  enum class Kind : uint8_t {
    kRead,
    kCreateFile,
    kCreateDirectory,
    kOverwrite,
    kAppend,
    kSetAttributes,
    kRemove,   // of a file or an empty directory
    kRename,   // `to` does not exist
    kReplace,  // `to` is a file
    kLink,     // `to` becomes another name; it is asked for only
    kChangeAcl,
    kChangeOwner,
    kDeleteThrough,  // a directory is opened for deleting what is in it
  };

  Kind kind = Kind::kRead;
  std::string path;
  std::string to = {};
};

constexpr size_t kFileOperations = 13;

// The word for it in vectors.
const char* OperationName(FileOperation::Kind kind);
std::string OperationText(const FileOperation& operation);

// What is asked for by an operation that opens something that exists. CreateFileW adds SYNCHRONIZE
// and FILE_READ_ATTRIBUTES to every request ("CreateFileW function", remarks about what is
// implied).
AccessMask OpeningRights(FileOperation::Kind kind);

// Both names can be found, so that only rights decide.
bool IsPossible(const FileOperation& operation, const Node& top);

// Of a possible one.
bool MayPerform(const FileOperation& operation, const Actor& actor, const Node& top);

// What a permitted one leaves behind; a file that is written stays as it is.
void Perform(const FileOperation& operation, const Actor& actor, Node* top);

Node* FindNode(const std::string& path, Node* top);
const Node* FindNode(const std::string& path, const Node& top);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_FILE_OPERATION_H_
