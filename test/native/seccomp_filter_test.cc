#include "core/seccomp_filter.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "bpf_interpreter.h"
#include "check.h"
#include "core/seccomp_tables.h"
#include "syscall_numbers.h"

namespace ringfence {
namespace {

using test::RunBpf;
using test::SeccompCall;
using Arch = SeccompOptions::Arch;
using Sockets = SeccompOptions::Sockets;
using UnixSockets = SeccompOptions::UnixSockets;
using Audience = SeccompOptions::Audience;
using Arguments = std::array<uint64_t, 6>;

constexpr uint32_t kAllow = 0x7fff0000;
constexpr uint32_t kNotify = 0x7fc00000;
constexpr uint32_t Refuse(int error) { return 0x00050000U | static_cast<uint32_t>(error); }

constexpr uint32_t kAuditX64 = 0xc000003e;
constexpr uint32_t kAuditArm64 = 0xc00000b7;
constexpr uint32_t kAuditI386 = 0x40000003;
constexpr uint32_t kAuditArm = 0x40000028;
constexpr uint64_t kHighHalf = 0xdeadbeef00000000;

uint32_t AuditArch(Arch arch) { return arch == Arch::kX64 ? kAuditX64 : kAuditArm64; }

const SyscallRule* FindRule(Arch arch, uint32_t number) {
  for (const SyscallRule& rule : SyscallRules()) {
    const int known = arch == Arch::kX64 ? rule.x64 : rule.arm64;
    if (known != kNoSyscall && static_cast<uint32_t>(known) == number) return &rule;
  }
  return nullptr;
}

uint32_t NumberOf(Arch arch, const char* name) {
  for (const SyscallRule& rule : SyscallRules()) {
    if (std::strcmp(rule.name, name) == 0) {
      return static_cast<uint32_t>(arch == Arch::kX64 ? rule.x64 : rule.arm64);
    }
  }
  CHECK(false);
  return 0;
}

uint32_t UnixStreamsOnly(uint32_t type) {
  const uint32_t kind = type & 15;
  return kind == 1 || kind == 5 ? kAllow : Refuse(ESOCKTNOSUPPORT);
}

uint32_t ExpectedSocket(const SeccompOptions& options, const Arguments& arguments) {
  const auto family = static_cast<uint32_t>(arguments[0]);
  const auto type = static_cast<uint32_t>(arguments[1]);
  const auto protocol = static_cast<uint32_t>(arguments[2]);
  const bool inet = options.sockets != Sockets::kNone;
  if (family == 1 && options.unix_sockets == UnixSockets::kOwn) return UnixStreamsOnly(type);
  if (inet && family == 2) return (type & 15) == 10 ? Refuse(EAFNOSUPPORT) : kAllow;
  if (inet && family == 10) return kAllow;
  const bool init = options.audience == Audience::kInit;
  if (inet && family == 16) {
    return protocol == 0 || (init && protocol == 4) ? kAllow : Refuse(EPROTONOSUPPORT);
  }
  return Refuse(EAFNOSUPPORT);
}

// What the filter is for, told call by call and without its structure.
uint32_t Expected(const SeccompOptions& options, const SeccompCall& call) {
  if (call.arch != AuditArch(options.arch)) return Refuse(ENOSYS);
  if (options.arch == Arch::kX64 && call.number >= 0x40000000) return Refuse(ENOSYS);
  const SyscallRule* const rule = FindRule(options.arch, call.number);
  if (rule == nullptr) return kAllow;
  const auto argument = [&call](size_t i) { return static_cast<uint32_t>(call.arguments[i]); };
  switch (rule->check) {
    case SeccompCheck::kRefuse:
      return Refuse(EPERM);
    case SeccompCheck::kRefuseUnlessNested:
      return options.nested ? kAllow : Refuse(EPERM);
    case SeccompCheck::kHideUnlessNested:
      return options.nested ? kAllow : Refuse(ENOSYS);
    case SeccompCheck::kCloneFlags:
      return options.nested || (argument(0) & 0x7e020000) == 0 ? kAllow : Refuse(EPERM);
    case SeccompCheck::kUnshareFlags:
      return options.nested || (argument(0) & 0x7e020080) == 0 ? kAllow : Refuse(EPERM);
    case SeccompCheck::kTerminalRequest:
      return argument(1) == 0x5412 || argument(1) == 0x541c || argument(1) == 0x541d ? Refuse(EPERM)
                                                                                     : kAllow;
    case SeccompCheck::kSocket:
      return ExpectedSocket(options, call.arguments);
    case SeccompCheck::kSocketPair:
      return argument(0) == 1 ? UnixStreamsOnly(argument(1)) : Refuse(EAFNOSUPPORT);
    case SeccompCheck::kConnect:
      return options.unix_sockets == UnixSockets::kOwn && options.audience == Audience::kCommand
                 ? kNotify
                 : kAllow;
    case SeccompCheck::kRefuseIfShared:
      return options.unix_sockets == UnixSockets::kPairs ? Refuse(EPERM) : kAllow;
    case SeccompCheck::kOwnProcessIfShared:
      return options.unix_sockets == UnixSockets::kPairs && argument(0) != 0 ? Refuse(EPERM)
                                                                             : kAllow;
    case SeccompCheck::kOwnPriorityIfShared:
      return options.unix_sockets == UnixSockets::kPairs && (argument(0) != 0 || argument(1) != 0)
                 ? Refuse(EPERM)
                 : kAllow;
    case SeccompCheck::kRefuseUnlessInit:
      return options.audience == Audience::kInit ? kAllow : Refuse(EPERM);
    case SeccompCheck::kOwnProcess:
      return argument(0) == 0 ? kAllow : Refuse(EPERM);
  }
  return test::kBadProgram;
}

std::vector<SeccompOptions> AllOptions() {
  std::vector<SeccompOptions> all;
  for (const Arch arch : {Arch::kX64, Arch::kArm64}) {
    for (const bool nested : {false, true}) {
      for (const Sockets sockets : {Sockets::kNone, Sockets::kLoopback, Sockets::kInet}) {
        for (const UnixSockets unix_sockets : {UnixSockets::kOwn, UnixSockets::kPairs}) {
          for (const Audience audience : {Audience::kCommand, Audience::kInit}) {
            all.push_back({arch, nested, sockets, unix_sockets, audience});
          }
        }
      }
    }
  }
  return all;
}

// One report for a whole sweep, as a wrong filter is wrong many times over.
void CheckCalls(const SeccompOptions& options, const std::vector<SeccompCall>& calls) {
  const auto program = BuildSeccompFilter(options);
  size_t wrong = 0;
  for (const SeccompCall& call : calls) {
    const uint32_t action = RunBpf(program, call).action;
    const uint32_t expected = Expected(options, call);
    if (action == expected) continue;
    if (wrong++ > 0) continue;
    char text[160];
    (void)std::snprintf(text, sizeof text, "call %u(%llx, %llx, %llx) arch %x: got %x, expected %x",
                        call.number, static_cast<unsigned long long>(call.arguments[0]),
                        static_cast<unsigned long long>(call.arguments[1]),
                        static_cast<unsigned long long>(call.arguments[2]), call.arch, action,
                        expected);
    test::Fail(__FILE__, __LINE__, text);
  }
  CHECK_EQ(wrong, 0U);
}

TEST(SeccompTablesHaveTheNumbersOfTheKernelHeaders) {
  const auto compare = [](const test::SyscallNumber* numbers, int SyscallRule::* column) {
    std::map<std::string, int> header;
    for (; numbers->name != nullptr; ++numbers) header[numbers->name] = numbers->number;
    if (header.empty()) return;
    for (const SyscallRule& rule : SyscallRules()) {
      if (rule.*column == kNoSyscall) continue;
      if (std::string(rule.name) == "open_tree_attr") {  // Linux 6.15, newer than common headers
        CHECK_EQ(rule.*column, 467);
        continue;
      }
      CHECK(header.contains(rule.name));
      CHECK_EQ(rule.*column, header[rule.name]);
    }
  };
  compare(test::kX64Numbers, &SyscallRule::x64);
  compare(test::kArm64Numbers, &SyscallRule::arm64);
}

TEST(SeccompFilterAnswersEveryCallNumberAsTheTablesSay) {
  const std::vector<Arguments> samples = {
      {}, {~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL}, {1, 1, 0}, {0x7fff, 0x5412, 3}};
  for (const SeccompOptions& options : AllOptions()) {
    std::vector<SeccompCall> calls;
    for (const Arguments& arguments : samples) {
      for (uint32_t number = 0; number <= 600; ++number) {
        calls.push_back({number, AuditArch(options.arch), 0x1234, arguments});
      }
      for (const uint32_t number : {1000U, 0x3fffffffU, 0x40000000U, 0x7fffffffU, 0xffffffffU}) {
        calls.push_back({number, AuditArch(options.arch), 0x1234, arguments});
      }
    }
    CheckCalls(options, calls);
  }
}

TEST(SeccompFilterRunsNothingOfForeignArchitectures) {
  for (const SeccompOptions& options : AllOptions()) {
    const auto program = BuildSeccompFilter(options);
    for (uint32_t number = 0; number <= 600; ++number) {
      for (const uint32_t arch : {kAuditI386, kAuditArm, kAuditX64, kAuditArm64, 0U}) {
        if (arch == AuditArch(options.arch)) continue;
        CHECK_EQ(RunBpf(program, {number, arch, 0, {}}).action, Refuse(ENOSYS));
      }
      if (options.arch == Arch::kX64) {
        const SeccompCall x32 = {number | 0x40000000U, kAuditX64, 0, {}};
        CHECK_EQ(RunBpf(program, x32).action, Refuse(ENOSYS));
      }
    }
  }
}

TEST(SeccompFilterLooksAtSocketFamilyTypeAndProtocol) {
  for (const SeccompOptions& options : AllOptions()) {
    std::vector<SeccompCall> calls;
    for (const char* const name : {"socket", "socketpair"}) {
      const uint32_t number = NumberOf(options.arch, name);
      for (uint64_t family = 0; family <= 60; ++family) {
        for (uint64_t type = 0; type < 16; ++type) {
          for (const uint64_t flags : {uint64_t{0}, uint64_t{0x80800}, kHighHalf}) {
            for (uint64_t protocol = 0; protocol <= 25; ++protocol) {
              calls.push_back({number,
                               AuditArch(options.arch),
                               0,
                               {family | (flags & kHighHalf), type | flags, protocol}});
            }
          }
        }
      }
      calls.push_back({number, AuditArch(options.arch), 0, {0xffffffff, 1, 0}});
    }
    CheckCalls(options, calls);
  }
}

TEST(SeccompFilterLooksAtFlagsAndRequestsInTheirLowHalf) {
  for (const SeccompOptions& options : AllOptions()) {
    std::vector<SeccompCall> calls;
    for (const uint64_t high : {uint64_t{0}, kHighHalf}) {
      for (const char* const name : {"clone", "unshare"}) {
        for (unsigned bit = 0; bit < 32; ++bit) {
          for (const uint64_t other : {uint64_t{0}, uint64_t{0x11}, uint64_t{0x01010f00}}) {
            calls.push_back({NumberOf(options.arch, name),
                             AuditArch(options.arch),
                             0,
                             {high | (uint64_t{1} << bit) | other}});
          }
        }
      }
      for (uint64_t request = 0x5400; request < 0x5500; ++request) {
        calls.push_back(
            {NumberOf(options.arch, "ioctl"), AuditArch(options.arch), 0, {0, request | high}});
      }
    }
    CheckCalls(options, calls);
  }
}

TEST(SeccompFilterIsSmallAndShallow) {
  size_t largest = 0;
  int longest = 0;
  for (const SeccompOptions& options : AllOptions()) {
    const auto program = BuildSeccompFilter(options);
    largest = std::max(largest, program.size());
    for (uint32_t number = 0; number <= 600; ++number) {
      longest = std::max(longest, RunBpf(program, {number, AuditArch(options.arch), 0, {}}).steps);
    }
  }
  CHECK(largest < 400);
  CHECK(longest <= 20);
  std::printf("seccomp filter: at most %zu instructions, %d of them per call\n", largest, longest);
}

}  // namespace
}  // namespace ringfence
