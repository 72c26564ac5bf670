#include "linux/launcher/command.h"

#include <linux/errno.h>
#include <linux/filter.h>
#include <linux/limits.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/seccomp.h>

#include "linux/launcher/capabilities.h"
#include "linux/launcher/clone_process.h"
#include "linux/launcher/landlock.h"
#include "linux/launcher/limits.h"
#include "linux/launcher/session.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/terminal.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

// Not the private kind: the kernel's own wake-up at CLONE_CHILD_CLEARTID is not (clone(2)).
constexpr int kFutexWait = 0;
constexpr int kFutexWake = 1;

Outcome InstallFilter(CommandState* state) {
  const wire::Plan& plan = *state->launch->plan;
  if (plan.filter.count == 0) return {Stage::kSeccompInstall, EINVAL, nullptr};
  sock_fprog program;
  program.len = static_cast<unsigned short>(plan.filter.count);
  program.filter = const_cast<sock_filter*>(state->launch->PlanArray<sock_filter>(plan.filter));
  const bool broker = (plan.flags & wire::kPlanBroker) != 0;
  // WAIT_KILLABLE_RECV (Linux 5.19): a signal must not restart a connect() that was carried out.
  long flags = broker ? SECCOMP_FILTER_FLAG_NEW_LISTENER | (1UL << 5) : 0;
  long result = sys::Call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, sys::Address(&program));
  if (result == -EINVAL && broker) {
    flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    result = sys::Call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, sys::Address(&program));
  }
  if (result > 0) state->listener = static_cast<int>(result);
  return Check(Stage::kSeccompInstall, result);
}

Outcome Restrict(CommandState* state) {
  int ruleset = -1;
  if ((state->launch->plan->flags & wire::kPlanLandlock) != 0) {
    // Opens paths, which the capabilities are still needed for.
    // Commands of a session are to reach each other; their namespaces keep the rest out of reach.
    RINGFENCE_TRY(MakeRuleset(*state->launch, state->session == nullptr, &ruleset));
  }
  RINGFENCE_TRY(DropCapabilities());
  RINGFENCE_TRY(Check(Stage::kNoNewPrivs, sys::Prctl(PR_SET_NO_NEW_PRIVS, 1)));
  if (ruleset >= 0) {
    RINGFENCE_TRY(RestrictSelf(ruleset));
    sys::Close(ruleset);
  }
  return InstallFilter(state);
}

Outcome EnterSession(CommandState* state) {
  RINGFENCE_TRY(Check(Stage::kCommandSession, sys::Call(__NR_setsid)));
  if (state->session == nullptr) return {};
  constexpr int kSigKill = 9;
  RINGFENCE_TRY(Check(Stage::kInitDeathSignal, sys::Prctl(PR_SET_PDEATHSIG, kSigKill)));
  return EnterSessionView(*state->session);
}

const char* FindPath(const char* const* env) {
  for (; *env != nullptr; ++env) {
    if (StartsWith(*env, "PATH=")) return *env + 5;
  }
  return "/usr/local/bin:/usr/bin:/bin";
}

long Execute(const char* file, const char* const* argv, const char* const* env) {
  return sys::Call(__NR_execve, sys::Address(file), sys::Address(argv), sys::Address(env));
}

// Looks `file` up in PATH as execvp(3) does, inside the sandbox: what the command may not see is
// not found. A file without a known format is an error (no shell is tried).
Outcome Search(const char* file, const char* const* argv, const char* const* env) {
  long failure = -ENOENT;
  for (const char* p = FindPath(env);;) {
    const char* end = p;
    while (*end != '\0' && *end != ':') ++end;
    Line<PATH_MAX> candidate;
    if (end != p) candidate.Add(p, static_cast<size_t>(end - p)).Add("/");
    candidate.Add(file);
    const long result =
        candidate.overflow() ? -ENAMETOOLONG : Execute(candidate.c_str(), argv, env);
    if (result == -EACCES) failure = result;
    if (result != -EACCES && result != -ENOENT && result != -ENOTDIR && result != -ENAMETOOLONG &&
        result != -ELOOP) {
      return Check(Stage::kExec, result, file);
    }
    if (*end == '\0') break;
    p = end + 1;
  }
  return Check(Stage::kExec, Length(file) > NAME_MAX ? -ENAMETOOLONG : failure, file);
}

void RestoreOpenFiles(const CommandState& state) {
  if (state.open_files == 0) return;
  rlimit64 limit;
  sys::Call(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, sys::Address(&limit));
  limit.rlim_cur = state.open_files;
  sys::Call(__NR_prlimit64, 0, RLIMIT_NOFILE, sys::Address(&limit), 0);
}

// Text offsets -> pointers, in place of a heap: a mapping that execve(2) drops.
Outcome MakeVector(const Launch& launch, wire::Span span, const char*** vector) {
  const size_t size = (static_cast<size_t>(span.count) + 1) * sizeof(char*);
  const long address = sys::MapMemory(size);
  RINGFENCE_TRY(Check(Stage::kSupervisorMap, address));
  *vector = reinterpret_cast<const char**>(address);
  const auto* texts = launch.RequestArray<wire::Text>(span);
  for (uint32_t i = 0; i < span.count; ++i) (*vector)[i] = launch.RequestText(texts[i]);
  (*vector)[span.count] = nullptr;
  return {};
}

// Placeholders, when the numbers of the command's descriptors were kept free. Here and not in the
// init: the listener of the filter has its number by now.
Outcome CloseUnused(const CommandState& state) {
  const int reserved = state.launch->stdio;
  if (state.stdio == reserved) return {};
  return Check(Stage::kLaunchCloseRange, sys::CloseRange(static_cast<unsigned>(state.stdio),
                                                         static_cast<unsigned>(reserved) - 1, 0));
}

Outcome Enter(CommandState* state) {
  const Launch& launch = *state->launch;
  RINGFENCE_TRY(CloseUnused(*state));
  const char* cwd = launch.RequestText(launch.request->cwd);
  RINGFENCE_TRY(Check(Stage::kCommandChdir, sys::Call(__NR_chdir, sys::Address(cwd)), cwd));
  sys::Call(__NR_umask, launch.request->umask);
  RestoreOpenFiles(*state);
  RINGFENCE_TRY(SetResourceLimits(launch));
  return launch.terminal() ? ControlTerminal() : Outcome{};
}

Outcome RunRequest(CommandState* state) {
  const Launch& launch = *state->launch;
  const char** argv = nullptr;
  const char** env = nullptr;
  RINGFENCE_TRY(MakeVector(launch, launch.request->argv, &argv));
  RINGFENCE_TRY(MakeVector(launch, launch.request->env, &env));
  RINGFENCE_TRY(Enter(state));
  if (launch.dry_run()) sys::Exit(0);
  ResetSignals();
  const char* file = launch.RequestText(launch.request->file);
  for (const char* p = file; *p != '\0'; ++p) {
    if (*p == '/') return Check(Stage::kExec, Execute(file, argv, env), file);
  }
  return Search(file, argv, env);
}

Outcome Run(CommandState* state) {
  RINGFENCE_TRY(EnterSession(state));
  RINGFENCE_TRY(Restrict(state));
  while (__atomic_load_n(&state->gate, __ATOMIC_ACQUIRE) == 0) {
    sys::Call(__NR_futex, sys::Address(&state->gate), kFutexWait, 0, 0);
  }
  return RunRequest(state);
}

void RunAndEnd(void* argument) {
  auto* state = static_cast<CommandState*>(argument);
  state->outcome = Run(state);
  for (;;) sys::Call(__NR_exit, 127);
}

}  // namespace

long StartCommand(CommandState* state) {
  // Of this process: every init has one command.
  alignas(16) static char stack[65536];
  return CloneSharing(RunAndEnd, state, stack + sizeof stack, &state->alive);
}

void ReleaseCommand(CommandState* state) {
  __atomic_store_n(&state->gate, 1, __ATOMIC_RELEASE);
  sys::Call(__NR_futex, sys::Address(&state->gate), kFutexWake, 1);
  while (__atomic_load_n(&state->alive, __ATOMIC_ACQUIRE) != 0) {
    sys::Call(__NR_futex, sys::Address(&state->alive), kFutexWait, 1, 0);
  }
}

}  // namespace ringfence
