// Builds the seccomp filter of a command from the tables. Pure: installs nothing.
#ifndef RINGFENCE_CORE_SECCOMP_FILTER_H_
#define RINGFENCE_CORE_SECCOMP_FILTER_H_

#include <cstdint>
#include <vector>

#include "core/bpf.h"

namespace ringfence {

struct SeccompOptions {
  enum class Arch { kX64, kArm64 };
  // kNone: unix sockets only. The other two also have inet and route netlink sockets; where they
  // lead is the network namespace's matter.
  enum class Sockets { kNone, kLoopback, kInet };
  // kOwn: connect() is notified to the broker, which lets it reach sockets of the same sandbox.
  // kPairs: no broker, so only socketpair().
  enum class UnixSockets { kOwn, kPairs };
  // kInit: for our own init below bubblewrap, which carries out what the command asks the broker
  // for. The command's own filter comes on top.
  enum class Audience { kCommand, kInit };

  Arch arch = Arch::kX64;
  // Allows namespaces and mounts of the command's own.
  bool nested = false;
  Sockets sockets = Sockets::kNone;
  UnixSockets unix_sockets = UnixSockets::kOwn;
  Audience audience = Audience::kCommand;
};

// A filter with kOwn must be installed with SECCOMP_FILTER_FLAG_NEW_LISTENER: without a listener
// every connect() fails with ENOSYS.
std::vector<BpfInstruction> BuildSeccompFilter(const SeccompOptions& options);

}  // namespace ringfence

#endif  // RINGFENCE_CORE_SECCOMP_FILTER_H_
