// Calls about handles of any kind; one of the tables of win32_api.h.
//
// Every call of every table does one thing, decides nothing, and says how it went. What it gives is
// set only when it went well.
#ifndef RINGFENCE_WIN_API_HANDLE_API_H_
#define RINGFENCE_WIN_API_HANDLE_API_H_

#include <cstdint>

#include "win/api/handle.h"
#include "win/api/os_error.h"

namespace ringfence::win {

class HandleApi {
 public:
  virtual ~HandleApi() = default;

  // CloseHandle. A failure means that the handle was not ours, and nothing can be done about it.
  virtual void Close(Handle handle) = 0;
  // DuplicateHandle within this process, with the same access.
  virtual OsError Duplicate(Handle handle, bool inheritable, Handle* duplicate) = 0;
  // WaitForSingleObject. `signaled` is false when the time is over; kForever waits without end.
  virtual OsError Wait(Handle handle, uint32_t milliseconds, bool* signaled) = 0;
};

constexpr uint32_t kForever = 0xffffffff;

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_HANDLE_API_H_
