// Runs a classic BPF program on a struct seccomp_data as the kernel does.
#ifndef RINGFENCE_TEST_NATIVE_BPF_INTERPRETER_H_
#define RINGFENCE_TEST_NATIVE_BPF_INTERPRETER_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/bpf.h"

namespace ringfence::test {

struct SeccompCall {
  uint32_t number;
  uint32_t arch;
  uint64_t instruction_pointer;
  std::array<uint64_t, 6> arguments;
};
static_assert(sizeof(SeccompCall) == 64);

// Not an action of seccomp: the program did something that the kernel's verifier refuses.
inline constexpr uint32_t kBadProgram = 0xbadbad;

struct BpfRun {
  uint32_t action = kBadProgram;
  int steps = 0;
};

inline BpfRun RunBpf(const std::vector<BpfInstruction>& program, const SeccompCall& call) {
  uint32_t accumulator = 0;
  BpfRun run;
  for (size_t at = 0; at < program.size();) {
    const BpfInstruction& instruction = program[at];
    const uint32_t k = instruction.k;
    ++run.steps;
    ++at;
    const auto branch = [&](bool taken) {
      at += taken ? instruction.jump_true : instruction.jump_false;
    };
    switch (instruction.code) {
      case 0x20:  // BPF_LD | BPF_W | BPF_ABS
        if (k % 4 != 0 || k > sizeof call - 4) return {};
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&call) + k, 4);
        break;
      case 0x54:  // BPF_ALU | BPF_AND | BPF_K
        accumulator &= k;
        break;
      case 0x05:  // BPF_JMP | BPF_JA
        at += k;
        break;
      case 0x15:  // BPF_JMP | BPF_JEQ | BPF_K
        branch(accumulator == k);
        break;
      case 0x35:  // BPF_JMP | BPF_JGE | BPF_K
        branch(accumulator >= k);
        break;
      case 0x45:  // BPF_JMP | BPF_JSET | BPF_K
        branch((accumulator & k) != 0);
        break;
      case 0x06:  // BPF_RET | BPF_K
        run.action = k;
        return run;
      default:
        return {};
    }
  }
  return {};
}

}  // namespace ringfence::test

#endif  // RINGFENCE_TEST_NATIVE_BPF_INTERPRETER_H_
