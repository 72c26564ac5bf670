#include "linux/launcher/launch.h"

#include <linux/errno.h>
#include <linux/mman.h>
#include <linux/resource.h>
#include <linux/time.h>

#include "linux/launcher/message.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence {
namespace {

// linux/resource.h declares rusage with the kernel's timeval.
using KernelUsage = struct rusage;

struct BlobHeader {
  uint32_t magic;
  uint32_t version;
  uint32_t size;
};

Outcome CheckBlob(const void* blob, size_t size, uint32_t magic) {
  const auto* header = static_cast<const BlobHeader*>(blob);
  const bool known = size >= sizeof(BlobHeader) && header->magic == magic &&
                     header->version == wire::kVersion && header->size == size;
  return known ? Outcome{} : Outcome{Stage::kHelperProtocol, EINVAL, nullptr};
}

Outcome MapBlob(int fd, uint32_t magic, const void** blob) {
  constexpr int kProtRead = 1;
  constexpr int kMapPrivate = 2;
  constexpr int kSeekEnd = 2;
  const long size = sys::Call(__NR_lseek, fd, 0, kSeekEnd);
  if (size < static_cast<long>(sizeof(BlobHeader)))
    return {Stage::kHelperProtocol, EINVAL, nullptr};
  const long address = sys::Call(__NR_mmap, 0, size, kProtRead, kMapPrivate, fd, 0);
  RINGFENCE_TRY(Check(Stage::kSupervisorMap, address < 0 && address > -4096 ? address : 0));
  *blob = reinterpret_cast<const void*>(address);
  return CheckBlob(*blob, static_cast<size_t>(size), magic);
}

long Send(const Launch& launch, const wire::Report& report) {
  return sys::Write(launch.control(), &report,
                    offsetof(wire::Report, path) + static_cast<size_t>(report.path_length));
}

uint64_t Microseconds(const __kernel_old_timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1000000 + static_cast<uint64_t>(time.tv_usec);
}

wire::Report EmptyReport(wire::ReportKind kind) {
  wire::Report report;
  report.kind = kind;
  report.stage = 0;
  report.error = 0;
  report.wait_status = 0;
  report.user_us = 0;
  report.system_us = 0;
  report.max_rss_bytes = 0;
  report.wall_us = 0;
  report.limit = wire::LimitKind::kMemory;
  report.reserved = 0;
  report.limit_value = 0;
  report.limit_used = 0;
  report.path_length = 0;
  return report;
}

}  // namespace

Outcome CloseOthers(const Launch& launch) {
  constexpr unsigned kCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC, Linux 5.11
  RINGFENCE_TRY(Check(Stage::kLaunchCloseRange,
                      sys::CloseRange(static_cast<unsigned>(launch.first_free()), ~0U, 0)));
  return Check(Stage::kLaunchCloseRange,
               sys::CloseRange(static_cast<unsigned>(launch.stdio), ~0U, kCloseOnExec));
}

Outcome MapLaunch(Launch* launch) {
  const void* plan = nullptr;
  RINGFENCE_TRY(MapBlob(launch->plan_fd(), wire::kPlanMagic, &plan));
  launch->plan = static_cast<const wire::Plan*>(plan);
  return MapRequest(launch->request_fd(), launch);
}

Outcome MapRequest(int fd, Launch* launch) {
  const void* request = nullptr;
  RINGFENCE_TRY(MapBlob(fd, wire::kRequestMagic, &request));
  launch->request = static_cast<const wire::Request*>(request);
  return {};
}

Outcome TakeRequest(const void* request, size_t size, Launch* launch) {
  RINGFENCE_TRY(CheckBlob(request, size, wire::kRequestMagic));
  launch->request = static_cast<const wire::Request*>(request);
  return {};
}

void ReportFailure(const Launch& launch, const Outcome& outcome) {
  wire::Report report = EmptyReport(wire::ReportKind::kFailed);
  report.stage = static_cast<uint32_t>(outcome.stage);
  report.error = outcome.error;
  if (outcome.path != nullptr) {
    const size_t length = Length(outcome.path);
    report.path_length = static_cast<uint32_t>(
        length < wire::kReportPathCapacity ? length : wire::kReportPathCapacity);
    __builtin_memcpy(report.path, outcome.path, report.path_length);
  }
  Send(launch, report);
}

Outcome ReportReady(const Launch& launch) {
  const wire::Report report = EmptyReport(wire::ReportKind::kReady);
  const long pidfd = sys::Call(__NR_pidfd_open, sys::Call(__NR_getpid), 0);
  RINGFENCE_TRY(Check(Stage::kSupervisorReady, pidfd));
  SendMessage(launch.control(), &report, offsetof(wire::Report, path), static_cast<int>(pidfd));
  sys::Close(static_cast<int>(pidfd));
  return {};
}

Outcome ReportExecuting(const Launch& launch, int terminal) {
  const wire::Report report = EmptyReport(wire::ReportKind::kExecuting);
  const long sent = SendMessage(launch.control(), &report, offsetof(wire::Report, path), terminal);
  return Check(terminal < 0 ? Stage::kLaunchSend : Stage::kTerminalSend, sent);
}

void ReportGone(const Launch& launch) { Send(launch, EmptyReport(wire::ReportKind::kGone)); }

void ReportSpawned(const Launch& launch) { Send(launch, EmptyReport(wire::ReportKind::kSpawned)); }

void ReportExit(const Launch& launch, int wait_status, const void* rusage, uint64_t wall_us) {
  wire::Report report = EmptyReport(wire::ReportKind::kExited);
  report.wait_status = wait_status;
  const auto* usage = static_cast<const KernelUsage*>(rusage);
  report.user_us = Microseconds(usage->ru_utime);
  report.system_us = Microseconds(usage->ru_stime);
  report.max_rss_bytes = static_cast<uint64_t>(usage->ru_maxrss) * 1024;
  report.wall_us = wall_us;
  Send(launch, report);
}

void ReportLimit(const Launch& launch, const wire::Limit& limit, uint64_t used) {
  wire::Report report = EmptyReport(wire::ReportKind::kLimit);
  report.limit = limit.kind;
  report.limit_value = limit.value;
  report.limit_used = used;
  Send(launch, report);
}

}  // namespace ringfence
