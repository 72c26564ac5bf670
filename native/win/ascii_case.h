// Upper case for names that Windows compares without regard to case.
#ifndef RINGFENCE_WIN_ASCII_CASE_H_
#define RINGFENCE_WIN_ASCII_CASE_H_

namespace ringfence::win {

// ASCII letters only. Windows folds more (RtlUpcaseUnicodeChar), by a table of the running system.
constexpr char16_t UpperAscii(char16_t unit) {
  return unit >= u'a' && unit <= u'z' ? static_cast<char16_t>(unit - u'a' + u'A') : unit;
}

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_ASCII_CASE_H_
