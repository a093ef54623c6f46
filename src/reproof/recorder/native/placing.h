/* Paths that get a file by their name, and new folders. */
#ifndef PLACING_H
#define PLACING_H

#include "opening.h"

/* Look before a call at what a path is, and note it when the call has succeeded. `call` is the C library's function, and
   `number` with what follows it the system call that does the same, for level `complete`. */
#define PLACING(kind_letter, folder, path, call, number, ...)                                                          \
    char buffer[PATH_ROOM];                                                                                            \
    struct note note = {.kind = kind_letter};                                                                          \
    ready();                                                                                                           \
    bool fresh = table && before_write(&note, folder, path, buffer);                                                   \
    int result = mark ? (int)settled(placed(number, (long[5]){__VA_ARGS__})) : call;                                   \
    if (result == 0 && fresh)                                                                                          \
        add(&note);                                                                                                    \
    return result;

static long placed(long number, const long given[5])
{
    return marked(number, given[0], given[1], given[2], given[3], given[4]);
}

#define OLD (long)old
#define NEW (long)new
#define HERE AT_FDCWD

SHOWN int rename(const char *old, const char *new)
{
    PLACING('p', HERE, new, real.rename(old, new), SYS_renameat2, HERE, OLD, HERE, NEW)
}

SHOWN int renameat(int from, const char *old, int to, const char *new)
{
    PLACING('p', to, new, real.renameat(from, old, to, new), SYS_renameat2, from, OLD, to, NEW)
}

SHOWN int renameat2(int from, const char *old, int to, const char *new, unsigned int flags)
{
    PLACING('p', to, new, real.renameat2 ? real.renameat2(from, old, to, new, flags) : missing(), SYS_renameat2, from,
            OLD, to, NEW, flags)
}

SHOWN int link(const char *old, const char *new)
{
    PLACING('p', HERE, new, real.link(old, new), SYS_linkat, HERE, OLD, HERE, NEW)
}

SHOWN int linkat(int from, const char *old, int to, const char *new, int flags)
{
    PLACING('p', to, new, real.linkat(from, old, to, new, flags), SYS_linkat, from, OLD, to, NEW, flags)
}

SHOWN int symlink(const char *target, const char *new)
{
    PLACING('p', HERE, new, real.symlink(target, new), SYS_symlinkat, (long)target, HERE, NEW)
}

SHOWN int symlinkat(const char *target, int to, const char *new)
{
    PLACING('p', to, new, real.symlinkat(target, to, new), SYS_symlinkat, (long)target, to, NEW)
}

SHOWN int truncate(const char *path, off_t size)
{
    PLACING('p', HERE, path, real.truncate(path, size), SYS_truncate, (long)path, size)
}

SHOWN int truncate64(const char *path, off64_t size)
{
    PLACING('p', HERE, path, real.truncate64(path, size), SYS_truncate, (long)path, size)
}

SHOWN int mkdir(const char *path, mode_t mode)
{
    PLACING('d', HERE, path, real.mkdir(path, mode), SYS_mkdirat, HERE, (long)path, mode)
}

SHOWN int mkdirat(int folder, const char *path, mode_t mode)
{
    PLACING('d', folder, path, real.mkdirat(folder, path, mode), SYS_mkdirat, folder, (long)path, mode)
}

#endif
