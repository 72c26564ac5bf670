// Puts the ACLs of a policy on the host's files and holds them as long as commands need them.
//
// What is written stays: the next launch finds it and writes nothing. Placeholders, the empty
// directories that stand for protected paths that do not exist, are removed with the last lease.
#ifndef RINGFENCE_WIN_STAMP_H_
#define RINGFENCE_WIN_STAMP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"
#include "win/sid.h"
#include "win/stamp_request.h"
#include "win/unique_handle.h"

namespace ringfence::win {

class StampLease {
 public:
  StampLease() = default;
  StampLease(StampLease&&) noexcept = default;
  // Releases what this lease held before.
  StampLease& operator=(StampLease&& other) noexcept;
  StampLease(const StampLease&) = delete;
  StampLease& operator=(const StampLease&) = delete;
  // Releases. A failure is not reported; the next lease of any process then does what is left.
  ~StampLease();

  // Everything or nothing: on failure every ACL is as it was, or the undo record in the state
  // directory says what is left, which the next call of any process undoes before anything else.
  // Waits while another process does the same. Any thread; one thread at a time for a lease.
  static Status Acquire(const Win32Api& api, const StampRequest& request, StampLease* lease);

  // What restricts the command: a SID for each root, in their order; the read-only one without
  // roots.
  const std::vector<Sid>& sids() const { return sids_; }

  // The lease holds nothing afterwards, also on failure. Idempotent.
  Status Release();

 private:
  const Win32Api* api_ = nullptr;
  std::u16string state_directory_;
  std::vector<Sid> sids_;
  // Of the file of locks: regions of the SIDs' entries and of the placeholders, shared.
  UniqueHandle in_use_;
  std::vector<uint64_t> placeholders_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_STAMP_H_
