/* Files that are opened. */
#ifndef OPENING_H
#define OPENING_H

#include <stdarg.h>

#include "paths.h"
#include "real.h"

#define WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

static bool is_temporary(int flags)
{
    return (flags & O_TMPFILE) == O_TMPFILE;
}

static bool is_no_file(int flags)
{
    return flags & (O_PATH | O_DIRECTORY);
}

static void add_opened(struct note *note, int file)
{
    note->existed = raw2(SYS_fstat, file, &note->status) == 0;
    if (note->existed)
        add(note);
}

static __attribute__((noinline)) void note_read_relative(int folder, const char *path, int flags, int file)
{
    char buffer[PATH_ROOM];
    struct note note;
    note.kind = 'r';
    note.flags = (uint32_t)flags;
    if (locate(&note, folder, path, buffer) && is_new(&note))
        add_opened(&note, file);
}

/* Note a file that has been opened for reading: what it is, is asked of the descriptor. */
static void note_read(int folder, const char *path, int flags, int file)
{
    struct note note;
    if (path[0] != '/') {
        note_read_relative(folder, path, flags, file);
        return;
    }
    note.kind = 'r';
    note.flags = (uint32_t)flags;
    if (locate(&note, folder, path, NULL) && is_new(&note))
        add_opened(&note, file);
}

/* Prepare the note of a file that is about to be written: what it is now. False: there is nothing to note. */
static bool before_write(struct note *note, int folder, const char *path, char *buffer)
{
    if (!path || !path[0] || !locate(note, folder, path, buffer) || !is_new(note))
        return false;
    note->existed = raw4(SYS_newfstatat, folder, path, &note->status, 0) == 0;
    return true;
}

typedef int (*opener)(int folder, const char *path, int flags, mode_t mode);

/* Open a file through `call`, a function of the C library, or by a marked system call that does the same: opening is a
   point where a thread can be cancelled, and this is how the C library lets that happen. */
static int open_file(opener call, int folder, const char *path, int flags, mode_t mode)
{
    int type;
    if (!mark)
        return call(folder, path, flags, mode);
    real.pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    long file = marked(SYS_openat, folder, (long)path, flags, mode, 0);
    real.pthread_setcanceltype(type, &type);
    return (int)settled(file);
}

static __attribute__((noinline)) int open_writing(opener start, int folder, const char *path, int flags, mode_t mode)
{
    char buffer[PATH_ROOM];
    struct note note;
    note.kind = 'w';
    note.flags = (uint32_t)flags;
    bool fresh = before_write(&note, folder, path, buffer);
    int file = open_file(start, folder, path, flags, mode);
    if (file >= 0 && fresh)
        add(&note);
    return file;
}

/* The guest opens this, which is no file anywhere, to learn whether this process's opens are seen. */
#define QUESTION "/dev/null/reproof"

static __attribute__((noinline)) int answer(const char *path)
{
    if (errno == ENOTDIR && !strcmp(path, QUESTION))
        errno = EALREADY;
    return -1;
}

static inline int open_noting(opener start, int folder, const char *path, int flags, mode_t mode)
{
    ready();
    if (!table || is_no_file(flags) || is_temporary(flags))
        return start(folder, path, flags, mode);
    if (flags & WRITES)
        return open_writing(start, folder, path, flags, mode);
    int file = open_file(start, folder, path, flags, mode);
    if (file < 0)
        return answer(path);
    note_read(folder, path, flags, file);
    return file;
}

#define OPENER(name, call)                                                                                             \
    static int start_##name(int folder, const char *path, int flags, mode_t mode)                                      \
    {                                                                                                                  \
        (void)folder, (void)flags, (void)mode;                                                                         \
        return real.name ? call : missing();                                                                           \
    }
OPENER(open, real.open(path, flags, mode))
OPENER(open64, real.open64(path, flags, mode))
OPENER(openat, real.openat(folder, path, flags, mode))
OPENER(openat64, real.openat64(folder, path, flags, mode))
OPENER(creat, real.creat(path, mode))
OPENER(creat64, real.creat64(path, mode))
OPENER(__open_2, real.__open_2(path, flags))
OPENER(__open64_2, real.__open64_2(path, flags))
OPENER(__openat_2, real.__openat_2(folder, path, flags))
OPENER(__openat64_2, real.__openat64_2(folder, path, flags))

#define MODE_AFTER(last)                                                                                               \
    mode_t mode = 0;                                                                                                   \
    if (flags & O_CREAT || is_temporary(flags)) {                                                                      \
        va_list rest;                                                                                                  \
        va_start(rest, last);                                                                                          \
        mode = va_arg(rest, mode_t);                                                                                   \
        va_end(rest);                                                                                                  \
    }

SHOWN int open(const char *path, int flags, ...)
{
    MODE_AFTER(flags)
    return open_noting(start_open, AT_FDCWD, path, flags, mode);
}

SHOWN int open64(const char *path, int flags, ...)
{
    MODE_AFTER(flags)
    return open_noting(start_open64, AT_FDCWD, path, flags, mode);
}

SHOWN int openat(int folder, const char *path, int flags, ...)
{
    MODE_AFTER(flags)
    return open_noting(start_openat, folder, path, flags, mode);
}

SHOWN int openat64(int folder, const char *path, int flags, ...)
{
    MODE_AFTER(flags)
    return open_noting(start_openat64, folder, path, flags, mode);
}

SHOWN int creat(const char *path, mode_t mode)
{
    return open_noting(start_creat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

SHOWN int creat64(const char *path, mode_t mode)
{
    return open_noting(start_creat64, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

/* The C library's checked functions take no mode, and end the program that needed one: that is left to them. */
#define CHECKED(name, declared, given, folder)                                                                         \
    SHOWN int name declared                                                                                            \
    {                                                                                                                  \
        ready();                                                                                                       \
        if (real.name && (flags & O_CREAT || is_temporary(flags)))                                                     \
            return real.name given;                                                                                    \
        return open_noting(start_##name, folder, path, flags, 0);                                                      \
    }
CHECKED(__open_2, (const char *path, int flags), (path, flags), AT_FDCWD)
CHECKED(__open64_2, (const char *path, int flags), (path, flags), AT_FDCWD)
CHECKED(__openat_2, (int folder, const char *path, int flags), (folder, path, flags), folder)
CHECKED(__openat64_2, (int folder, const char *path, int flags), (folder, path, flags), folder)

/* Return the flags that fopen's mode stands for. */
static int flags_of(const char *mode)
{
    int flags = mode[0] == 'w' ? O_CREAT | O_TRUNC : mode[0] == 'a' ? O_CREAT | O_APPEND : 0;
    bool both = strchr(mode, '+') != NULL;
    return flags | (both ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY);
}

typedef FILE *(*stream_opener)(const char *, const char *, FILE *);

static __attribute__((noinline)) FILE *stream_writing(stream_opener start, const char *path, const char *mode, FILE *old)
{
    char buffer[PATH_ROOM];
    struct note note;
    note.kind = 'w';
    note.flags = (uint32_t)flags_of(mode);
    bool fresh = before_write(&note, AT_FDCWD, path, buffer);
    FILE *stream = start(path, mode, old);
    if (stream && fresh)
        add(&note);
    return stream;
}

static FILE *stream_noting(stream_opener start, const char *path, const char *mode, FILE *old)
{
    ready();
    if (!table || !path || !mode)
        return start(path, mode, old);
    if (flags_of(mode) & WRITES)
        return stream_writing(start, path, mode, old);
    FILE *stream = start(path, mode, old);
    if (stream)
        note_read(AT_FDCWD, path, O_RDONLY, fileno(stream));
    return stream;
}

#define STREAM_OPENER(name, call)                                                                                      \
    static FILE *start_##name(const char *path, const char *mode, FILE *old)                                           \
    {                                                                                                                  \
        (void)old;                                                                                                     \
        return call;                                                                                                   \
    }
STREAM_OPENER(fopen, real.fopen(path, mode))
STREAM_OPENER(fopen64, real.fopen64(path, mode))
STREAM_OPENER(freopen, real.freopen(path, mode, old))
STREAM_OPENER(freopen64, real.freopen64(path, mode, old))

SHOWN FILE *fopen(const char *path, const char *mode)
{
    return stream_noting(start_fopen, path, mode, NULL);
}

SHOWN FILE *fopen64(const char *path, const char *mode)
{
    return stream_noting(start_fopen64, path, mode, NULL);
}

SHOWN FILE *freopen(const char *path, const char *mode, FILE *old)
{
    return stream_noting(start_freopen, path, mode, old);
}

SHOWN FILE *freopen64(const char *path, const char *mode, FILE *old)
{
    return stream_noting(start_freopen64, path, mode, old);
}

/* Note a file with a random name, which is known only when it is there. */
static int note_made(int file, const char *path)
{
    char buffer[PATH_ROOM];
    struct note note = {.kind = 'w', .flags = O_RDWR | O_CREAT | O_EXCL};
    if (file >= 0 && table && locate(&note, AT_FDCWD, path, buffer) && is_new(&note))
        add(&note);
    return file;
}

#define TEMPORARY(name, declared, given)                                                                               \
    SHOWN int name declared                                                                                            \
    {                                                                                                                  \
        ready();                                                                                                       \
        return real.name ? note_made(real.name given, path) : missing();                                               \
    }
TEMPORARY(mkstemp, (char *path), (path))
TEMPORARY(mkstemp64, (char *path), (path))
TEMPORARY(mkostemp, (char *path, int flags), (path, flags))
TEMPORARY(mkostemp64, (char *path, int flags), (path, flags))
TEMPORARY(mkstemps, (char *path, int ending), (path, ending))
TEMPORARY(mkstemps64, (char *path, int ending), (path, ending))
TEMPORARY(mkostemps, (char *path, int ending, int flags), (path, ending, flags))
TEMPORARY(mkostemps64, (char *path, int ending, int flags), (path, ending, flags))

#endif
