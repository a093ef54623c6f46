/* Paths that get a file by their name, and new folders. */
#ifndef PLACING_H
#define PLACING_H

#include "opening.h"

/* Look before a call at what a path is, and note it when the call has succeeded. */
#define PLACING(kind_letter, folder, path, call)                                                                       \
    char buffer[PATH_ROOM];                                                                                            \
    struct note note = {.kind = kind_letter};                                                                          \
    ready();                                                                                                           \
    bool fresh = table && before_write(&note, folder, path, buffer);                                                   \
    int result = call;                                                                                                 \
    if (result == 0 && fresh)                                                                                          \
        add(&note);                                                                                                    \
    return result;

SHOWN int rename(const char *old, const char *new)
{
    PLACING('p', AT_FDCWD, new, real.rename(old, new))
}

SHOWN int renameat(int from, const char *old, int to, const char *new)
{
    PLACING('p', to, new, real.renameat(from, old, to, new))
}

SHOWN int renameat2(int from, const char *old, int to, const char *new, unsigned int flags)
{
    PLACING('p', to, new, real.renameat2 ? real.renameat2(from, old, to, new, flags) : missing())
}

SHOWN int link(const char *old, const char *new)
{
    PLACING('p', AT_FDCWD, new, real.link(old, new))
}

SHOWN int linkat(int from, const char *old, int to, const char *new, int flags)
{
    PLACING('p', to, new, real.linkat(from, old, to, new, flags))
}

SHOWN int symlink(const char *target, const char *new)
{
    PLACING('p', AT_FDCWD, new, real.symlink(target, new))
}

SHOWN int symlinkat(const char *target, int to, const char *new)
{
    PLACING('p', to, new, real.symlinkat(target, to, new))
}

SHOWN int truncate(const char *path, off_t size)
{
    PLACING('p', AT_FDCWD, path, real.truncate(path, size))
}

SHOWN int truncate64(const char *path, off64_t size)
{
    PLACING('p', AT_FDCWD, path, real.truncate64(path, size))
}

SHOWN int mkdir(const char *path, mode_t mode)
{
    PLACING('d', AT_FDCWD, path, real.mkdir(path, mode))
}

SHOWN int mkdirat(int folder, const char *path, mode_t mode)
{
    PLACING('d', folder, path, real.mkdirat(folder, path, mode))
}

#endif
