// The few string operations of the launcher.
#ifndef RINGFENCE_LINUX_LAUNCHER_TEXT_H_
#define RINGFENCE_LINUX_LAUNCHER_TEXT_H_

#include <stddef.h>
#include <stdint.h>

namespace ringfence {

inline size_t Length(const char* text) {
  size_t n = 0;
  while (text[n] != '\0') ++n;
  return n;
}

inline bool Equal(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) ++a, ++b;
  return *a == *b;
}

inline bool StartsWith(const char* text, const char* prefix) {
  while (*prefix != '\0' && *text == *prefix) ++text, ++prefix;
  return *prefix == '\0';
}

// Last '/' of a path, or null.
inline const char* LastSlash(const char* path) {
  const char* last = nullptr;
  for (; *path != '\0'; ++path) {
    if (*path == '/') last = path;
  }
  return last;
}

inline bool ParseNumber(const char* text, int* value) {
  if (*text == '\0') return false;
  int result = 0;
  for (; *text != '\0'; ++text) {
    if (*text < '0' || *text > '9' || result > 100000) return false;
    result = result * 10 + (*text - '0');
  }
  *value = result;
  return true;
}

// A line of text built in place. What does not fit is cut, and `overflow` says so.
template <size_t kCapacity>
class Line {
 public:
  Line() { data_[0] = '\0'; }
  Line& Add(const char* text) { return Add(text, Length(text)); }
  Line& Add(const char* text, size_t size) {
    if (size >= kCapacity - size_) {
      overflow_ = true;
      size = kCapacity - size_ - 1;
    }
    for (size_t i = 0; i < size; ++i) data_[size_ + i] = text[i];
    size_ += size;
    data_[size_] = '\0';
    return *this;
  }
  Line& Add(uint64_t number) {
    char digits[20];
    size_t n = 0;
    do {
      digits[n++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (n > 0) Add(&digits[--n], 1);
    return *this;
  }
  const char* c_str() const { return data_; }
  size_t size() const { return size_; }
  bool overflow() const { return overflow_; }

 private:
  char data_[kCapacity];
  size_t size_ = 0;
  bool overflow_ = false;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_TEXT_H_
