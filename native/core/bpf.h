// Classic BPF as seccomp runs it: the instruction, the few operations that a filter needs, and an
// assembler. Numbers of the Linux ABI are written out, so that filters are built and tested on
// every system.
#ifndef RINGFENCE_CORE_BPF_H_
#define RINGFENCE_CORE_BPF_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ringfence {

// The same layout as struct sock_filter of <linux/filter.h>.
struct BpfInstruction {
  uint16_t code;
  uint8_t jump_true;
  uint8_t jump_false;
  uint32_t k;
};
static_assert(sizeof(BpfInstruction) == 8);

// Operation codes (<linux/bpf_common.h>): all words, all with the constant k.
inline constexpr uint16_t kBpfLoadWord = 0x20;
inline constexpr uint16_t kBpfAnd = 0x54;
inline constexpr uint16_t kBpfJump = 0x05;
inline constexpr uint16_t kBpfJumpEqual = 0x15;
inline constexpr uint16_t kBpfJumpAtLeast = 0x35;
inline constexpr uint16_t kBpfJumpAnyBit = 0x45;
inline constexpr uint16_t kBpfReturn = 0x06;

// Builds a program from its end to its start. Jumps only go forward, so every target exists, and
// its distance is known, when the jump to it is written. A target that is too far for the 8 bits
// of a conditional jump is reached through an unconditional one.
class BpfAssembler {
 public:
  // An instruction, as the number of instructions behind it.
  using Position = size_t;

  Position Return(uint32_t action);
  // Loads the word at `offset` of struct seccomp_data, then goes to `next`.
  Position Load(uint32_t offset, Position next);
  // Masks the loaded word, then goes to `next`.
  Position And(uint32_t mask, Position next);
  // One of the kBpfJump... comparisons of the loaded word with k.
  Position Branch(uint16_t code, uint32_t k, Position if_true, Position if_false);

  // The program, starting at the instruction written last.
  std::vector<BpfInstruction> Finish() &&;

 private:
  Position Emit(const BpfInstruction& instruction);
  size_t Distance(Position target) const { return reversed_.size() - target - 1; }
  void FallThroughTo(Position next);
  Position WithinReach(Position target);

  std::vector<BpfInstruction> reversed_;
};

}  // namespace ringfence

#endif  // RINGFENCE_CORE_BPF_H_
