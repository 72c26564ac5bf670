#include "core/bpf.h"

#include <algorithm>
#include <utility>

namespace ringfence {
namespace {

// A conditional jump skips at most 255 instructions; one less, because bringing the other target
// within reach may put one instruction in between.
constexpr size_t kReach = 254;

}  // namespace

BpfAssembler::Position BpfAssembler::Return(uint32_t action) {
  return Emit({kBpfReturn, 0, 0, action});
}

BpfAssembler::Position BpfAssembler::Load(uint32_t offset, Position next) {
  FallThroughTo(next);
  return Emit({kBpfLoadWord, 0, 0, offset});
}

BpfAssembler::Position BpfAssembler::And(uint32_t mask, Position next) {
  FallThroughTo(next);
  return Emit({kBpfAnd, 0, 0, mask});
}

BpfAssembler::Position BpfAssembler::Branch(uint16_t code, uint32_t k, Position if_true,
                                            Position if_false) {
  const Position near_true = WithinReach(if_true);
  const Position near_false = if_false == if_true ? near_true : WithinReach(if_false);
  return Emit({code, static_cast<uint8_t>(Distance(near_true)),
               static_cast<uint8_t>(Distance(near_false)), k});
}

std::vector<BpfInstruction> BpfAssembler::Finish() && {
  std::reverse(reversed_.begin(), reversed_.end());
  return std::move(reversed_);
}

BpfAssembler::Position BpfAssembler::Emit(const BpfInstruction& instruction) {
  reversed_.push_back(instruction);
  return reversed_.size() - 1;
}

void BpfAssembler::FallThroughTo(Position next) {
  if (Distance(next) != 0) Emit({kBpfJump, 0, 0, static_cast<uint32_t>(Distance(next))});
}

BpfAssembler::Position BpfAssembler::WithinReach(Position target) {
  if (Distance(target) <= kReach) return target;
  return Emit({kBpfJump, 0, 0, static_cast<uint32_t>(Distance(target))});
}

}  // namespace ringfence
