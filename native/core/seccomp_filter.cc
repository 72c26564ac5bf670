#include "core/seccomp_filter.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/seccomp_tables.h"

namespace ringfence {
namespace {

using Position = BpfAssembler::Position;

// struct seccomp_data of <linux/seccomp.h>. Arguments are 64 bits; both architectures put the low
// half first, and every argument that is looked at is an int in the kernel.
constexpr uint32_t kNumberOffset = 0;
constexpr uint32_t kArchOffset = 4;
constexpr uint32_t ArgumentOffset(uint32_t index) { return 16 + 8 * index; }

constexpr uint32_t kArchX64 = 0xc000003e;
constexpr uint32_t kArchArm64 = 0xc00000b7;
// x32 calls come with the architecture of x64 and this bit (__X32_SYSCALL_BIT).
constexpr uint32_t kX32Bit = 0x40000000;

constexpr uint32_t kAllow = 0x7fff0000;
constexpr uint32_t kNotify = 0x7fc00000;
constexpr uint32_t Errno(uint32_t number) { return 0x00050000 | number; }
constexpr uint32_t kRefused = Errno(1);           // EPERM
constexpr uint32_t kMissing = Errno(38);          // ENOSYS
constexpr uint32_t kNoProtocol = Errno(93);       // EPROTONOSUPPORT
constexpr uint32_t kNoSocketType = Errno(94);     // ESOCKTNOSUPPORT
constexpr uint32_t kNoAddressFamily = Errno(97);  // EAFNOSUPPORT

constexpr uint32_t kFamilyUnix = 1;
constexpr uint32_t kFamilyInet = 2;
constexpr uint32_t kFamilyInet6 = 10;
constexpr uint32_t kFamilyNetlink = 16;
constexpr uint32_t kTypeMask = 0xf;  // the rest of the type is SOCK_CLOEXEC and SOCK_NONBLOCK
constexpr uint32_t kTypeStream = 1;
constexpr uint32_t kTypeSeqpacket = 5;
constexpr uint32_t kTypePacket = 10;
constexpr uint32_t kNetlinkRoute = 0;
constexpr uint32_t kNetlinkSockDiag = 4;

class FilterBuilder {
 public:
  explicit FilterBuilder(const SeccompOptions& options)
      : options_(options),
        allow_(assembler_.Return(kAllow)),
        refuse_(assembler_.Return(kRefused)),
        missing_(assembler_.Return(kMissing)) {}

  std::vector<BpfInstruction> Build() &&;

 private:
  // From `first` up to the next range, every call goes to `target`.
  struct Range {
    uint32_t first;
    Position target;
  };

  std::vector<Range> Ranges();
  Position Search(std::span<const Range> ranges);
  Position Target(SeccompCheck check);
  Position RefuseFlags(uint32_t flags);
  Position TerminalRequests();
  Position OwnProcess();
  Position OwnPriority();
  Position Socket();
  Position SocketPair();
  Position StreamsOnly();

  const SeccompOptions options_;
  BpfAssembler assembler_;
  const Position allow_;
  const Position refuse_;
  const Position missing_;
};

std::vector<BpfInstruction> FilterBuilder::Build() && {
  const bool x64 = options_.arch == SeccompOptions::Arch::kX64;
  Position known = Search(Ranges());
  if (x64) known = assembler_.Branch(kBpfJumpAtLeast, kX32Bit, missing_, known);
  const Position number = assembler_.Load(kNumberOffset, known);
  // Numbers mean something else on a foreign architecture, so nothing of it runs.
  const Position arch =
      assembler_.Branch(kBpfJumpEqual, x64 ? kArchX64 : kArchArm64, number, missing_);
  assembler_.Load(kArchOffset, arch);
  return std::move(assembler_).Finish();
}

std::vector<FilterBuilder::Range> FilterBuilder::Ranges() {
  std::vector<Range> calls;
  for (const SyscallRule& rule : SyscallRules()) {
    const int number = options_.arch == SeccompOptions::Arch::kX64 ? rule.x64 : rule.arm64;
    if (number != kNoSyscall) calls.push_back({static_cast<uint32_t>(number), Target(rule.check)});
  }
  std::sort(calls.begin(), calls.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });

  std::vector<Range> ranges = {{0, allow_}};
  const auto begin = [&ranges](uint32_t first, Position target) {
    if (ranges.back().first == first) ranges.pop_back();
    if (ranges.empty() || ranges.back().target != target) ranges.push_back({first, target});
  };
  for (const Range& call : calls) {
    begin(call.first, call.target);
    begin(call.first + 1, allow_);
  }
  return ranges;
}

// A balanced tree: some seven comparisons for any call, where a list would need up to sixty.
Position FilterBuilder::Search(std::span<const Range> ranges) {
  if (ranges.size() == 1) return ranges[0].target;
  const size_t middle = ranges.size() / 2;
  const Position above = Search(ranges.subspan(middle));
  const Position below = Search(ranges.first(middle));
  return assembler_.Branch(kBpfJumpAtLeast, ranges[middle].first, above, below);
}

Position FilterBuilder::Target(SeccompCheck check) {
  const bool init = options_.audience == SeccompOptions::Audience::kInit;
  // Without a broker there are no namespaces either.
  const bool shared = options_.unix_sockets == SeccompOptions::UnixSockets::kPairs;
  switch (check) {
    case SeccompCheck::kRefuse:
      return refuse_;
    case SeccompCheck::kRefuseUnlessNested:
      return options_.nested ? allow_ : refuse_;
    case SeccompCheck::kHideUnlessNested:
      return options_.nested ? allow_ : missing_;
    case SeccompCheck::kCloneFlags:
      return options_.nested ? allow_ : RefuseFlags(kCloneNamespaceFlags);
    case SeccompCheck::kUnshareFlags:
      return options_.nested ? allow_ : RefuseFlags(kUnshareNamespaceFlags);
    case SeccompCheck::kTerminalRequest:
      return TerminalRequests();
    case SeccompCheck::kSocket:
      return Socket();
    case SeccompCheck::kSocketPair:
      return SocketPair();
    case SeccompCheck::kConnect:
      return options_.unix_sockets == SeccompOptions::UnixSockets::kOwn && !init
                 ? assembler_.Return(kNotify)
                 : allow_;
    case SeccompCheck::kRefuseIfShared:
      return shared ? refuse_ : allow_;
    case SeccompCheck::kOwnProcessIfShared:
      return shared ? OwnProcess() : allow_;
    case SeccompCheck::kOwnPriorityIfShared:
      return shared ? OwnPriority() : allow_;
    case SeccompCheck::kRefuseUnlessInit:
      return init ? allow_ : refuse_;
    case SeccompCheck::kOwnProcess:
      return OwnProcess();
  }
  return refuse_;
}

Position FilterBuilder::RefuseFlags(uint32_t flags) {
  const Position test = assembler_.Branch(kBpfJumpAnyBit, flags, refuse_, allow_);
  return assembler_.Load(ArgumentOffset(0), test);
}

Position FilterBuilder::TerminalRequests() {
  Position next = allow_;
  for (const uint32_t request : RefusedTerminalRequests())
    next = assembler_.Branch(kBpfJumpEqual, request, refuse_, next);
  return assembler_.Load(ArgumentOffset(1), next);
}

Position FilterBuilder::OwnProcess() {
  const Position test = assembler_.Branch(kBpfJumpEqual, 0, allow_, refuse_);
  return assembler_.Load(ArgumentOffset(0), test);
}

// setpriority(PRIO_PROCESS, 0, ...): a group or a user may be of processes of the host.
Position FilterBuilder::OwnPriority() {
  const Position who = assembler_.Branch(kBpfJumpEqual, 0, allow_, refuse_);
  const Position process = assembler_.Load(ArgumentOffset(1), who);
  const Position which = assembler_.Branch(kBpfJumpEqual, 0, process, refuse_);
  return assembler_.Load(ArgumentOffset(0), which);
}

// A list of the allowed families, so that one that a later kernel brings is refused as well.
Position FilterBuilder::Socket() {
  const Position no_family = assembler_.Return(kNoAddressFamily);
  Position next = no_family;
  if (options_.sockets != SeccompOptions::Sockets::kNone) {
    // Other netlink protocols reach audit, netfilter, crypto and the like; route is what
    // getaddrinfo() and network interface lists are made of.
    const Position no_protocol = assembler_.Return(kNoProtocol);
    Position netlink = assembler_.Branch(kBpfJumpEqual, kNetlinkRoute, allow_, no_protocol);
    // Our init asks for the list of unix sockets.
    if (options_.audience == SeccompOptions::Audience::kInit) {
      netlink = assembler_.Branch(kBpfJumpEqual, kNetlinkSockDiag, allow_, netlink);
    }
    netlink = assembler_.Load(ArgumentOffset(2), netlink);
    next = assembler_.Branch(kBpfJumpEqual, kFamilyNetlink, netlink, next);

    // The kernel turns an inet socket of this type into one of AF_PACKET.
    Position inet = assembler_.Branch(kBpfJumpEqual, kTypePacket, no_family, allow_);
    inet = assembler_.And(kTypeMask, inet);
    inet = assembler_.Load(ArgumentOffset(1), inet);
    next = assembler_.Branch(kBpfJumpEqual, kFamilyInet6, allow_, next);
    next = assembler_.Branch(kBpfJumpEqual, kFamilyInet, inet, next);
  }
  const bool own = options_.unix_sockets == SeccompOptions::UnixSockets::kOwn;
  next = assembler_.Branch(kBpfJumpEqual, kFamilyUnix, own ? StreamsOnly() : no_family, next);
  return assembler_.Load(ArgumentOffset(0), next);
}

Position FilterBuilder::SocketPair() {
  const Position no_family = assembler_.Return(kNoAddressFamily);
  const Position family = assembler_.Branch(kBpfJumpEqual, kFamilyUnix, StreamsOnly(), no_family);
  return assembler_.Load(ArgumentOffset(0), family);
}

// Unix datagrams go to any path that sendmsg() names, behind a pointer that a filter cannot
// follow. SOCK_RAW is SOCK_DGRAM for unix sockets.
Position FilterBuilder::StreamsOnly() {
  Position next = assembler_.Return(kNoSocketType);
  next = assembler_.Branch(kBpfJumpEqual, kTypeSeqpacket, allow_, next);
  next = assembler_.Branch(kBpfJumpEqual, kTypeStream, allow_, next);
  next = assembler_.And(kTypeMask, next);
  return assembler_.Load(ArgumentOffset(1), next);
}

}  // namespace

std::vector<BpfInstruction> BuildSeccompFilter(const SeccompOptions& options) {
  return FilterBuilder(options).Build();
}

}  // namespace ringfence
