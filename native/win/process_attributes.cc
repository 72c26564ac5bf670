#include "win/process_attributes.h"

#include <cstdint>

namespace ringfence::win {

// Windows reads the values as arrays of HANDLE.
static_assert(sizeof(Handle) == sizeof(void*));

ProcessAttributes::~ProcessAttributes() {
  if (list_ != nullptr) api_.process.DeleteAttributes(list_);
}

Status ProcessAttributes::Allocate(uint32_t count) {
  size_t size = 0;
  OsError error = api_.process.InitializeAttributes({}, count, &size);
  if (!error.ok()) return Failed(Stage::kWinAttributeList, error);
  memory_.resize(size);
  error = api_.process.InitializeAttributes(memory_, count, &size);
  if (!error.ok()) return Failed(Stage::kWinAttributeList, error);
  list_ = memory_.data();
  return Status::Ok();
}

Status ProcessAttributes::Set(ProcessAttribute attribute, const void* value, size_t size) {
  const OsError error = api_.process.UpdateAttribute(list_, attribute, value, size);
  return error.ok() ? Status::Ok() : Failed(Stage::kWinAttributes, error);
}

Status ProcessAttributes::Make(std::span<const Handle> inherited, Handle job, Console console) {
  inherited_.assign(inherited.begin(), inherited.end());
  job_ = job;
  RINGFENCE_RETURN_IF_ERROR(
      Allocate(1 + (inherited_.empty() ? 0 : 1) + (console == Console::kNone ? 0 : 1)));
  RINGFENCE_RETURN_IF_ERROR(Set(ProcessAttribute::kJobList, &job_, sizeof job_));
  if (!inherited_.empty()) {
    RINGFENCE_RETURN_IF_ERROR(
        Set(ProcessAttribute::kHandleList, inherited_.data(), inherited_.size() * sizeof(Handle)));
  }
  if (console != Console::kNone) {
    // Of this attribute alone the value is the handle itself, not where it is.
    const auto value = reinterpret_cast<const void*>(static_cast<uintptr_t>(console));
    RINGFENCE_RETURN_IF_ERROR(Set(ProcessAttribute::kPseudoConsole, value, sizeof console));
  }
  return Status::Ok();
}

}  // namespace ringfence::win
