#include "core/stage.h"

#include <cstddef>

namespace ringfence {
namespace {

struct StageText {
  const char* name;
  const char* syscall;
};

constexpr StageText kStages[] = {
#define X(enumerator, name, syscall) {name, syscall},
    RINGFENCE_STAGES(X)
#undef X
};

constexpr size_t kStageCount = sizeof(kStages) / sizeof(kStages[0]);

}  // namespace

const char* StageName(uint32_t stage) {
  return stage < kStageCount ? kStages[stage].name : "unknown";
}

const char* StageSyscall(uint32_t stage) {
  return stage < kStageCount ? kStages[stage].syscall : "";
}

}  // namespace ringfence
