// What a process is created with beyond CreateProcess' own parameters.
//
// Reference: "UpdateProcThreadAttribute function" on learn.microsoft.com.
#ifndef RINGFENCE_WIN_PROCESS_ATTRIBUTES_H_
#define RINGFENCE_WIN_PROCESS_ATTRIBUTES_H_

#include <cstddef>
#include <span>
#include <vector>

#include "core/status.h"
#include "win/api/win32_api.h"

namespace ringfence::win {

// The list has pointers to itself and into this object, which therefore stays where it is. It is
// freed before what it points to.
class ProcessAttributes {
 public:
  explicit ProcessAttributes(const Win32Api& api) : api_(api) {}
  ProcessAttributes(const ProcessAttributes&) = delete;
  ProcessAttributes& operator=(const ProcessAttributes&) = delete;
  ~ProcessAttributes();

  // Once. `inherited`: these handles and no others are inherited; they have to be inheritable and
  // different. Windows takes no empty list, so that without one nothing must be told to inherit.
  // `console` may be none.
  Status Make(std::span<const Handle> inherited, Handle job, Console console);

  // For ProcessStart.
  void* list() { return list_; }

 private:
  Status Allocate(uint32_t count);
  Status Set(ProcessAttribute attribute, const void* value, size_t size);

  const Win32Api& api_;
  std::vector<Handle> inherited_;
  Handle job_ = Handle::kNone;
  std::vector<std::byte> memory_;
  void* list_ = nullptr;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_PROCESS_ATTRIBUTES_H_
