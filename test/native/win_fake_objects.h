// Objects of a simulated Windows: what stands behind its handles.
#ifndef RINGFENCE_TEST_NATIVE_WIN_FAKE_OBJECTS_H_
#define RINGFENCE_TEST_NATIVE_WIN_FAKE_OBJECTS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "access_check_model.h"
#include "win/api/win32_api.h"

namespace ringfence::win {

struct FakeObject {
  explicit FakeObject(std::string its_name) : name(std::move(its_name)) {}
  virtual ~FakeObject() = default;

  std::string name;
};

struct FakeToken : FakeObject {
  using FakeObject::FakeObject;

  Token token;
  // One of the groups, or none.
  std::optional<Sid> logon;
  std::vector<uint64_t> privileges;
  bool elevated = false;
  bool impersonation = false;
};

// A file, a pipe or a device.
struct FakeFile : FakeObject {
  using FakeObject::FakeObject;
};

struct FakePort : FakeObject {
  using FakeObject::FakeObject;

  std::deque<Completion> packets;
};

struct FakeJob : FakeObject {
  using FakeObject::FakeObject;

  uint32_t flags = 0;
  JobLimits limits;
  PortKey target;
};

struct FakeProcess : FakeObject {
  using FakeObject::FakeObject;

  // With the pointers that were valid at the start: not to be followed.
  ProcessStart start;
  std::shared_ptr<FakeToken> token;
  // None: outside of every job.
  std::shared_ptr<FakeJob> job;
  Console console = Console::kNone;
  std::vector<std::shared_ptr<FakeObject>> inherited;
  uint32_t suspended = 0;
  // Its first thread has run.
  bool ran = false;
  bool alive = true;
  uint32_t exit_code = 0;
  uint32_t pid = 0;
};

// The first thread of a process.
struct FakeThread : FakeObject {
  using FakeObject::FakeObject;

  std::shared_ptr<FakeProcess> process;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WIN_FAKE_OBJECTS_H_
