// Owners of what calls of Windows give, closed through the table that gave it. A plain Handle in a
// signature is a borrow.
#ifndef RINGFENCE_WIN_UNIQUE_HANDLE_H_
#define RINGFENCE_WIN_UNIQUE_HANDLE_H_

#include <utility>

#include "win/api/win32_api.h"

namespace ringfence::win {

// `Traits` has the types Object and Api, kNone being an Object that is none, and
// `static void Close(Api&, Object)`.
template <typename Traits>
class UniqueObject {
 public:
  using Object = typename Traits::Object;
  using Api = typename Traits::Api;

  UniqueObject() = default;
  UniqueObject(Api& api, Object object) : api_(&api), object_(object) {}
  UniqueObject(UniqueObject&& other) noexcept
      : api_(other.api_), object_(std::exchange(other.object_, Object::kNone)) {}
  UniqueObject& operator=(UniqueObject&& other) noexcept {
    if (this == &other) return *this;
    Reset();
    api_ = other.api_;
    object_ = std::exchange(other.object_, Object::kNone);
    return *this;
  }
  UniqueObject(const UniqueObject&) = delete;
  UniqueObject& operator=(const UniqueObject&) = delete;
  ~UniqueObject() { Reset(); }

  Object get() const { return object_; }
  bool valid() const { return object_ != Object::kNone; }
  Object Release() { return std::exchange(object_, Object::kNone); }
  void Reset() {
    if (valid()) Traits::Close(*api_, Release());
  }

 private:
  Api* api_ = nullptr;
  Object object_ = Object::kNone;
};

struct HandleTraits {
  using Object = Handle;
  using Api = HandleApi;
  static void Close(Api& api, Object object) { api.Close(object); }
};
using UniqueHandle = UniqueObject<HandleTraits>;

struct ConsoleTraits {
  using Object = Console;
  using Api = IoApi;
  static void Close(Api& api, Object object) { api.CloseConsole(object); }
};
using UniqueConsole = UniqueObject<ConsoleTraits>;

struct DesktopTraits {
  using Object = Desktop;
  using Api = DesktopApi;
  static void Close(Api& api, Object object) { api.CloseDesktop(object); }
};
using UniqueDesktop = UniqueObject<DesktopTraits>;

// Of ProcessApi::NotifyExit().
struct ExitWaitTraits {
  using Object = Handle;
  using Api = ProcessApi;
  static void Close(Api& api, Object object) { api.CancelNotify(object); }
};
using UniqueExitWait = UniqueObject<ExitWaitTraits>;

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_UNIQUE_HANDLE_H_
