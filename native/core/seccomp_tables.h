// Which system calls the seccomp filter does not simply allow: data, with the reason of each line.
// Everything that is not listed is allowed.
#ifndef RINGFENCE_CORE_SECCOMP_TABLES_H_
#define RINGFENCE_CORE_SECCOMP_TABLES_H_

#include <cstdint>
#include <span>

namespace ringfence {

enum class SeccompCheck : uint8_t {
  kRefuse,               // EPERM
  kRefuseUnlessNested,   // EPERM, or allowed when the policy says `nested`
  kHideUnlessNested,     // ENOSYS, or allowed when the policy says `nested`
  kCloneFlags,           // EPERM with a namespace flag, unless nested
  kUnshareFlags,         // EPERM with a namespace flag, unless nested
  kTerminalRequest,      // EPERM for requests that type into a terminal
  kSocket,               // by family, type and protocol
  kSocketPair,           // by family and type
  kConnect,              // decided by the broker where unix sockets are the sandbox's own
  kRefuseIfShared,       // EPERM where the sandbox has no namespaces of its own
  kOwnProcessIfShared,   // there, EPERM for another process than the caller
  kOwnPriorityIfShared,  // there, EPERM for the priority of anything else than the caller
  kRefuseUnlessInit,     // EPERM for the command; our init below bubblewrap needs it
  kOwnProcess,           // EPERM unless the first argument is 0: the calling process itself
};

// Number of a call that an architecture does not have.
inline constexpr int kNoSyscall = -1;

struct SyscallRule {
  const char* name;
  int x64;
  int arm64;
  SeccompCheck check;
};

std::span<const SyscallRule> SyscallRules();

// Requests of ioctl(2) that put input into a terminal or take over the console.
std::span<const uint32_t> RefusedTerminalRequests();

// Flags that make a namespace. CLONE_NEWTIME (0x80) is part of the exit signal in clone(2).
inline constexpr uint32_t kCloneNamespaceFlags = 0x00020000 |  // CLONE_NEWNS
                                                 0x02000000 |  // CLONE_NEWCGROUP
                                                 0x04000000 |  // CLONE_NEWUTS
                                                 0x08000000 |  // CLONE_NEWIPC
                                                 0x10000000 |  // CLONE_NEWUSER
                                                 0x20000000 |  // CLONE_NEWPID
                                                 0x40000000;   // CLONE_NEWNET
inline constexpr uint32_t kUnshareNamespaceFlags = kCloneNamespaceFlags | 0x00000080;

}  // namespace ringfence

#endif  // RINGFENCE_CORE_SECCOMP_TABLES_H_
