// What an epoll event is about: an id, and what of it is ready.
#ifndef RINGFENCE_LINUX_EPOLL_COOKIE_H_
#define RINGFENCE_LINUX_EPOLL_COOKIE_H_

#include <cstdint>

namespace ringfence {

enum class Source : uint64_t { kControl = 0, kPidfd = 1, kWatch = 2, kWake = 3 };

constexpr uint64_t Cookie(uint64_t id, Source source) {
  return (id << 2) | static_cast<uint64_t>(source);
}
constexpr uint64_t CookieId(uint64_t cookie) { return cookie >> 2; }
constexpr Source CookieSource(uint64_t cookie) { return static_cast<Source>(cookie & 3); }

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_EPOLL_COOKIE_H_
