/* The functions that the shim stands before. */
#ifndef REAL_H
#define REAL_H

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "table.h"

#define SHOWN __attribute__((visibility("default")))

/* A library that is built with a new libc must still load with an old one. */
#if defined(__x86_64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
__asm__(".symver dladdr,dladdr@GLIBC_2.2.5");
#else
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
__asm__(".symver dladdr,dladdr@GLIBC_2.17");
#endif

extern char **environ;
extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void *);
extern void *__dso_handle;

extern int __open_2(const char *, int);
extern int __open64_2(const char *, int);
extern int __openat_2(int, const char *, int);
extern int __openat64_2(int, const char *, int);
extern int execveat(int, const char *, char *const[], char *const[], int);

#define STOOD_BEFORE(X)                                                                                                \
    X(open) X(open64) X(openat) X(openat64) X(creat) X(creat64) X(__open_2) X(__open64_2) X(__openat_2)                \
    X(__openat64_2) X(fopen) X(fopen64) X(freopen) X(freopen64) X(mkstemp) X(mkstemp64) X(mkostemp) X(mkostemp64)      \
    X(mkstemps) X(mkstemps64) X(mkostemps) X(mkostemps64) X(rename) X(renameat) X(renameat2) X(link) X(linkat)         \
    X(symlink) X(symlinkat) X(truncate) X(truncate64) X(mkdir) X(mkdirat) X(execve) X(execvpe) X(fexecve)              \
    X(execveat) X(posix_spawn) X(posix_spawnp) X(_exit) X(_Exit) X(pthread_setcanceltype)

#define DECLARE(name) __typeof__(name) *name;
static struct {
    STOOD_BEFORE(DECLARE)
} real;
static bool resolved;

static __attribute__((noinline)) void resolve(void)
{
#define RESOLVE(name) real.name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);
    STOOD_BEFORE(RESOLVE)
    __atomic_store_n(&resolved, true, __ATOMIC_RELEASE);
}

/* A function that runs before our constructor has (another library's) finds nothing resolved yet. */
static inline void ready(void)
{
    if (__builtin_expect(!__atomic_load_n(&resolved, __ATOMIC_ACQUIRE), 0))
        resolve();
}

/* Say whether what we stand before is the C library itself: only then may a raw call be made in place of its function.
   Where another library stands between, its functions are called, unmarked. */
static bool stands_before_libc(void)
{
    void *const all[] = {real.open,     real.open64,   real.openat,  real.openat64, real.creat,      real.creat64,
                         real.rename,   real.renameat, real.link,    real.linkat,   real.symlink,    real.symlinkat,
                         real.truncate, real.mkdir,    real.mkdirat, real.execve,   real.truncate64, real.__open_2};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        Dl_info info;
        const char *name = all[i] && dladdr(all[i], &info) && info.dli_fname ? strrchr(info.dli_fname, '/') : NULL;
        if (!name || (strncmp(name, "/libc.so", 8) && strncmp(name, "/libc-2", 7) && strncmp(name, "/libpthread", 11)))
            return false;
    }
    return real.pthread_setcanceltype != NULL;
}

/* Return what a raw system call gave as a function of the C library does. */
static long settled(long result)
{
    if (result >= 0)
        return result;
    errno = (int)-result;
    return -1;
}

static int missing(void)
{
    errno = ENOSYS;
    return -1;
}

#endif
