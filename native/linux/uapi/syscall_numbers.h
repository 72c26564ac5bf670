// System call numbers that old headers lack. They are the same on x86_64 and aarch64.
#ifndef RINGFENCE_LINUX_UAPI_SYSCALL_NUMBERS_H_
#define RINGFENCE_LINUX_UAPI_SYSCALL_NUMBERS_H_

#include <asm/unistd.h>

#ifndef __NR_open_tree  // Linux 5.2
#define __NR_open_tree 428
#define __NR_move_mount 429
#define __NR_fsopen 430
#define __NR_fsconfig 431
#define __NR_fsmount 432
#endif
#ifndef __NR_pidfd_open  // Linux 5.3
#define __NR_pidfd_open 434
#endif
#ifndef __NR_clone3  // Linux 5.3
#define __NR_clone3 435
#endif
#ifndef __NR_close_range  // Linux 5.9
#define __NR_close_range 436
#endif
#ifndef __NR_openat2  // Linux 5.6
#define __NR_openat2 437
#endif
#ifndef __NR_pidfd_getfd  // Linux 5.6
#define __NR_pidfd_getfd 438
#endif
#ifndef __NR_mount_setattr  // Linux 5.12
#define __NR_mount_setattr 442
#endif
#ifndef __NR_landlock_create_ruleset  // Linux 5.13
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

#endif  // RINGFENCE_LINUX_UAPI_SYSCALL_NUMBERS_H_
