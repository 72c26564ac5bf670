#include "win/api/windows_api.h"
#include "win/api/windows_calls.h"

namespace ringfence::win {
namespace {

class Calls final : public HandleApi {
 public:
  void Close(Handle handle) override { CloseHandle(ToSystem(handle)); }

  OsError Duplicate(Handle handle, bool inheritable, Handle* duplicate) override {
    HANDLE made = nullptr;
    const OsError error = Call([&] {
      return DuplicateHandle(GetCurrentProcess(), ToSystem(handle), GetCurrentProcess(), &made, 0,
                             inheritable, DUPLICATE_SAME_ACCESS);
    });
    if (error.ok()) *duplicate = FromSystem(made);
    return error;
  }

  OsError Wait(Handle handle, uint32_t milliseconds, bool* signaled) override {
    DWORD result = WAIT_FAILED;
    const OsError error = Call([&] {
      result = WaitForSingleObject(ToSystem(handle), milliseconds);
      return result != WAIT_FAILED;
    });
    if (error.ok()) *signaled = result != WAIT_TIMEOUT;
    return error;
  }
};

}  // namespace

HandleApi& WindowsHandle() {
  static Calls calls;
  return calls;
}

}  // namespace ringfence::win
