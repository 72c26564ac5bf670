#include "core/bpf.h"

#include "bpf_interpreter.h"
#include "check.h"

namespace ringfence {
namespace {

using test::RunBpf;

TEST(BpfAssemblerReachesTargetsThatAreTooFarForAByte) {
  // A list of 1,000 comparisons whose targets all lie behind the last of them.
  BpfAssembler assembler;
  const auto odd = assembler.Return(1);
  const auto even = assembler.Return(2);
  const auto none = assembler.Return(3);
  auto next = none;
  for (uint32_t number = 1000; number-- > 0;) {
    next = assembler.Branch(kBpfJumpEqual, number, number % 2 == 0 ? even : odd, next);
  }
  assembler.Load(0, next);
  const auto program = std::move(assembler).Finish();
  for (uint32_t number = 0; number < 1000; ++number) {
    CHECK_EQ(RunBpf(program, {number, 0, 0, {}}).action, number % 2 == 0 ? 2U : 1U);
  }
  CHECK_EQ(RunBpf(program, {1000, 0, 0, {}}).action, 3U);
}

TEST(BpfAssemblerReachesTwoFarTargetsOfOneBranch) {
  for (size_t distance = 240; distance < 270; ++distance) {
    BpfAssembler assembler;
    const auto yes = assembler.Return(1);
    const auto no = assembler.Return(2);
    for (size_t i = 0; i < distance; ++i) assembler.Return(9);
    const auto branch = assembler.Branch(kBpfJumpAtLeast, 7, yes, no);
    // Now the branch is not the instruction written last: a jump must lead to it.
    assembler.Return(9);
    assembler.Load(0, assembler.And(0xff, branch));
    const auto program = std::move(assembler).Finish();
    CHECK_EQ(RunBpf(program, {6, 0, 0, {}}).action, 2U);
    CHECK_EQ(RunBpf(program, {7, 0, 0, {}}).action, 1U);
    CHECK_EQ(RunBpf(program, {0x106, 0, 0, {}}).action, 2U);
  }
}

}  // namespace
}  // namespace ringfence
