// Puts the ACLs of a policy on the host's files and holds them as long as commands need them.
//
// What is written stays: the next launch finds it and writes nothing. Placeholders, the empty
// directories that stand for protected paths that do not exist, are removed with the last lease.
#ifndef RINGFENCE_WIN_STAMP_H_
#define RINGFENCE_WIN_STAMP_H_

#include <memory>
#include <string>
#include <vector>

#include "core/status.h"
#include "win/acl_api.h"
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
  // Waits while another process does the same (kLockPatience). Any thread; one thread at a time for
  // a lease. The tables of `api` outlive the lease.
  static Status Acquire(const AclApi& api, const StampRequest& request, StampLease* lease);

  // What restricts the command: a SID for each root, in their order; the read-only one without
  // roots.
  const std::vector<Sid>& sids() const { return sids_; }

  // The lease holds nothing afterwards, also on failure. Idempotent.
  Status Release();

 private:
  friend class Stamping;

  struct Held {
    AclApi api;
    std::u16string state_directory;
    // The bytes of our SIDs and placeholders in the file of locks.
    UniqueHandle locks;
    bool placeholders = false;
  };

  std::unique_ptr<Held> held_;
  std::vector<Sid> sids_;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_STAMP_H_
