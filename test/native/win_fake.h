// A Windows in memory for launches: it keeps a ledger of what was opened and closed, of processes
// and jobs, fails when told to, and can say that it did what it has not done. Access checks are
// those of access_check_model.h.
//
// It has a user without any privilege but two, in a logon session, and knows nothing of files but
// which ones there are.
#ifndef RINGFENCE_TEST_NATIVE_WIN_FAKE_H_
#define RINGFENCE_TEST_NATIVE_WIN_FAKE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "access_check_model.h"
#include "win/api/win32_api.h"
#include "win_fake_calls.h"
#include "win_fake_objects.h"

namespace ringfence::win {

// What succeeds and was not done, or not as it was asked for.
struct FakeLies {
  // Of CreateRestrictedToken.
  std::function<void(std::vector<Sid>* sids)> restricting_sids;
  bool is_not_restricted = false;
  bool keeps_privileges = false;
  bool keeps_administrators = false;
  // Of GetTokenInformation: the bytes are fewer than they say.
  bool truncates_information = false;
  // Of AccessCheck: what it answers to a question, given what is right.
  std::function<bool(AccessMask desired, bool right)> access_check;
  WriteRestrictedRule rule;
  // Of CreateProcessAsUserW: the process has the token of this one, or is in no job.
  bool ignores_token = false;
  bool ignores_job = false;
  // Of ResumeThread.
  std::optional<uint32_t> resume_count;
};

class FakeWindows {
 public:
  FakeWindows();
  ~FakeWindows();
  FakeWindows(const FakeWindows&) = delete;
  FakeWindows& operator=(const FakeWindows&) = delete;

  const Win32Api& api() const { return *api_; }
  FakeCalls& calls() { return calls_; }

  // What a test sets before.
  FakeLies lies;
  bool interactive = true;
  std::shared_ptr<FakeToken> own_token;
  // Paths that there are: attributes, and what CreateProcessAsUserW says of them as a program.
  std::map<std::u16string, uint32_t> files;
  std::map<std::u16string, uint32_t> create_errors;
  uint32_t build = 19045;
  // Of every job, but for the processes, which are counted.
  JobUsage usage;
  uint64_t peak_memory = 0;

  // A handle of the test itself, which the ledger does not blame anyone for.
  Handle Add(std::shared_ptr<FakeObject> object, bool inheritable = false);

  // What a test asks afterwards. Everything that was made and is not closed, every process that
  // lives, and every mistake in the use of handles; without those of the test.
  std::vector<std::string> Leftovers() const;
  const std::vector<std::shared_ptr<FakeProcess>>& processes() const { return processes_; }
  template <typename Object>
  std::shared_ptr<Object> Find(Handle handle) const;
  std::vector<Handle> HandlesOf(const FakeObject& object) const;

  // For the tables.
  OsError Open(std::shared_ptr<FakeObject> object, Handle* handle, AccessMask access = 0);
  bool HasAccess(Handle handle, AccessMask access) const;
  bool IsInheritable(Handle handle) const;
  void SetInheritable(Handle handle);
  void Close(Handle handle);
  void Blame(std::string mistake) { mistakes_.push_back(std::move(mistake)); }
  // Of things that are no handles.
  uintptr_t Make(const std::string& kind);
  void Unmake(const std::string& kind, uintptr_t id);
  std::vector<std::shared_ptr<FakeObject>> Inheritable() const;
  void Start(std::shared_ptr<FakeProcess> process);
  void End(FakeProcess& process, uint32_t exit_code);
  void EndJob(const FakeJob& job, uint32_t exit_code);
  void NotifyExit(uintptr_t wait, std::shared_ptr<FakeProcess> process, const PortKey* target);
  void CancelNotify(uintptr_t wait);
  void Post(PortKey target, uint32_t number, uintptr_t overlapped = 0);
  uint8_t NextRandomByte() { return ++random_; }

 private:
  struct Entry {
    std::shared_ptr<FakeObject> object;
    AccessMask access = 0;
    bool inheritable = false;
    bool of_test = false;
  };
  struct ExitWait {
    std::shared_ptr<FakeProcess> process;
    const PortKey* target;
  };
  struct Tables;

  FakeCalls calls_;
  std::map<Handle, Entry> handles_;
  std::map<uintptr_t, std::string> things_;
  std::map<uintptr_t, ExitWait> waits_;
  std::vector<std::shared_ptr<FakeProcess>> processes_;
  std::vector<std::string> mistakes_;
  uintptr_t last_number_ = 0;
  uint8_t random_ = 0;
  std::unique_ptr<Tables> tables_;
  std::unique_ptr<Win32Api> api_;
};

template <typename Object>
std::shared_ptr<Object> FakeWindows::Find(Handle handle) const {
  const auto found = handles_.find(handle);
  return found == handles_.end() ? nullptr
                                 : std::dynamic_pointer_cast<Object>(found->second.object);
}

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WIN_FAKE_H_
