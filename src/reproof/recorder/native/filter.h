/* The filter of system calls: reports to a listener what opens, places or starts a file and does not carry our mark.

   It never refuses anything. Calls of another architecture, of 32 bits and of x32 pass unseen: their programs are told
   by their file. The kernel keeps a map of the calls that a filter never looks at, so reads and writes do not run it. */
#ifndef FILTER_H
#define FILTER_H

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/prctl.h>

#include "raw.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV /* Linux 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1ul << 5)
#endif

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#define OLD_CALLS SYS_creat, SYS_rename, SYS_link, SYS_symlink, SYS_mkdir,
#define X32 0x40000000u
#else
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#define OLD_CALLS
#endif

static const uint32_t reported_calls[] = {OLD_CALLS SYS_openat2,  SYS_execve,   SYS_execveat, SYS_renameat,
                                          SYS_renameat2, SYS_linkat,   SYS_symlinkat, SYS_mkdirat,  SYS_truncate,
                                          SYS_io_uring_setup};
#define REPORTED_CALLS (sizeof reported_calls / sizeof reported_calls[0])
#define NO_FILE (O_PATH | O_DIRECTORY)
#define FIELD(name) (uint32_t)offsetof(struct seccomp_data, name)

/* Writes a filter, whose jumps go forward by name: `allow` and the others are instruction numbers. */
static size_t write_filter(struct sock_filter *out, uint64_t carried)
{
    struct sock_filter *at = out;
#define DO(code, value) *at++ = (struct sock_filter)BPF_STMT(code, value)
#define IF(code, value, then, other) *at++ = (struct sock_filter)BPF_JUMP(code, value, then, other)
#define LOAD(field) DO(BPF_LD | BPF_W | BPF_ABS, field)
#define IS (BPF_JMP | BPF_JEQ | BPF_K)
    LOAD(FIELD(arch));
    IF(IS, OUR_ARCHITECTURE, 1, 0);
    DO(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    LOAD(FIELD(nr));
#ifdef X32
    IF(BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1);
    DO(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    IF(IS, SYS_open, 0, 3);
    LOAD(FIELD(args[1]));
    IF(BPF_JMP | BPF_JSET | BPF_K, NO_FILE, 0, REPORTED_CALLS + 6);
    DO(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
#endif
    IF(IS, SYS_openat, 0, 3);
    LOAD(FIELD(args[2]));
    IF(BPF_JMP | BPF_JSET | BPF_K, NO_FILE, 0, REPORTED_CALLS + 2);
    DO(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    for (size_t i = 0; i < REPORTED_CALLS; i++)
        IF(IS, reported_calls[i], (uint8_t)(REPORTED_CALLS - i), 0);
    DO(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    LOAD(FIELD(args[5]));
    IF(IS, (uint32_t)carried, 0, 3);
    LOAD(FIELD(args[5]) + 4);
    IF(IS, (uint32_t)(carried >> 32), 0, 1);
    DO(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    DO(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    return (size_t)(at - out);
#undef DO
#undef IF
#undef LOAD
#undef IS
}

/* Put this process and all that it starts under the filter; return the listener, or a negated error number.

   Speculation stays as it is (a kernel before 5.16 would slow all of the run down), and a call that the supervisor has
   taken is not interrupted by a signal: files are opened without EINTR, and programs count on that. */
static long listen_to(uint64_t carried)
{
    struct sock_filter filter[REPORTED_CALLS + 32];
    struct sock_fprog program = {(unsigned short)write_filter(filter, carried), filter};
    long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    long refused = raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
    return refused < 0 ? refused : raw3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

#endif
