// What the tables of real calls have in common: types of Windows for ours and back, and how a call
// went. <windows.h> is included here and in windows_*.cc only.
#ifndef RINGFENCE_WIN_API_WINDOWS_CALLS_H_
#define RINGFENCE_WIN_API_WINDOWS_CALLS_H_

#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <cstdint>
#include <span>
#include <string>

#include "win/api/handle.h"
#include "win/api/os_error.h"

namespace ringfence::win {

static_assert(sizeof(void*) == 8, "token_information.h knows the layout of 64-bit Windows");
static_assert(sizeof(wchar_t) == sizeof(char16_t));

inline HANDLE ToSystem(Handle handle) {
  return reinterpret_cast<HANDLE>(static_cast<uintptr_t>(handle));
}

inline Handle FromSystem(HANDLE handle) {
  if (handle == INVALID_HANDLE_VALUE) return Handle::kNone;
  return static_cast<Handle>(reinterpret_cast<uintptr_t>(handle));
}

inline const wchar_t* ToSystem(const std::u16string& text) {
  return reinterpret_cast<const wchar_t*>(text.c_str());
}

// For calls that promise not to change it, or may.
inline wchar_t* ToSystem(std::u16string* text) { return reinterpret_cast<wchar_t*>(text->data()); }

// How a call went that answers TRUE or a handle, or FALSE and a number. A number that an earlier
// call left behind is not taken for one of this.
template <typename Function>
OsError Call(const Function& function) {
  SetLastError(0);
  return function() ? kNoOsError : Win32Error(GetLastError());
}

// As Call(), with a handle that is given away.
template <typename Function>
OsError CallForHandle(const Function& function, Handle* handle) {
  SetLastError(0);
  const Handle made = FromSystem(function());
  if (made == Handle::kNone) return Win32Error(GetLastError());
  *handle = made;
  return kNoOsError;
}

inline OsError HresultError(HRESULT result) {
  return {ErrorKind::kHresult, static_cast<uint32_t>(result)};
}

// Windows does not change a descriptor or an ACL that it is given, though its types do not say so.
inline void* ToSystem(std::span<const uint8_t> bytes) { return const_cast<uint8_t*>(bytes.data()); }

// For an object that nobody inherits.
inline SECURITY_ATTRIBUTES SecurityAttributes(std::span<const uint8_t> descriptor) {
  return {sizeof(SECURITY_ATTRIBUTES), ToSystem(descriptor), FALSE};
}

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_WINDOWS_CALLS_H_
