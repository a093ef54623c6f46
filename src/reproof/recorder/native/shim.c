/* Preloaded into every process of a run: notes in the run's table which files are opened, placed, made and executed.

   Each function here does what the one that it stands before does, with the same result and errno; the note comes
   beside it. Nothing is allocated, no lock is taken and nothing is kept open, so it is safe in signal handlers, threads,
   forks and vforks. Without REPROOF_TABLE in the environment, and whenever the table cannot be had, calls only pass. */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "program.h"
#include "table.h"

#define SHOWN __attribute__((visibility("default")))

/* A library that is built with a new libc must still load with an old one. */
#if defined(__x86_64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#else
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
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
    X(execveat) X(posix_spawn) X(posix_spawnp) X(_exit) X(_Exit)

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

static int missing(void)
{
    errno = ENOSYS;
    return -1;
}

/* ---- files that are opened ---- */

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

static __attribute__((noinline)) int open_writing(opener start, int folder, const char *path, int flags, mode_t mode)
{
    char buffer[PATH_ROOM];
    struct note note;
    note.kind = 'w';
    note.flags = (uint32_t)flags;
    bool fresh = before_write(&note, folder, path, buffer);
    int file = start(folder, path, flags, mode);
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
    int file = start(folder, path, flags, mode);
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

SHOWN int __open_2(const char *path, int flags)
{
    return open_noting(start___open_2, AT_FDCWD, path, flags, 0);
}

SHOWN int __open64_2(const char *path, int flags)
{
    return open_noting(start___open64_2, AT_FDCWD, path, flags, 0);
}

SHOWN int __openat_2(int folder, const char *path, int flags)
{
    return open_noting(start___openat_2, folder, path, flags, 0);
}

SHOWN int __openat64_2(int folder, const char *path, int flags)
{
    return open_noting(start___openat64_2, folder, path, flags, 0);
}

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

/* ---- paths that get a file by their name, and new folders ---- */

/* A note of a path, made when a call has succeeded; `ready_to` says before it what was there. */
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

/* ---- the end of a process ---- */

static long own_pid; /* not ours in a child of vfork, which shares this memory */
static bool has_ended;
static bool is_forked;

/* Note the files that are mapped as code. This needs no lock, so it is safe wherever a process can end. */
static void note_mapped(void)
{
    char text[2 * PATH_ROOM];
    size_t held = 0;
    long file = raw4(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0), got;
    if (file < 0)
        return;
    while ((got = raw3(SYS_read, file, text + held, sizeof text - held)) > 0) {
        char *line = text, *end = text + held + got, *next;
        for (; (next = memchr(line, '\n', (size_t)(end - line))); line = next + 1) {
            char *mode = memchr(line, ' ', (size_t)(next - line)), *path;
            if (!mode || next - mode < 5 || mode[3] != 'x' || !(path = memchr(line, '/', (size_t)(next - line))))
                continue;
            size_t length = (size_t)(next - path);
            *next = 0;
            if (!is_ignored(path) && !(length > 10 && !memcmp(next - 10, " (deleted)", 10)))
                note_plain('l', path, length, 0);
        }
        held = (size_t)(end - line);
        if (held == sizeof text)
            break;
        memmove(text, line, held);
    }
    raw1(SYS_close, file);
}

static int note_loaded(struct dl_phdr_info *library, size_t size, void *unused)
{
    (void)size, (void)unused;
    if (library->dlpi_name && library->dlpi_name[0] == '/' && !is_ignored(library->dlpi_name))
        note_plain('l', library->dlpi_name, strlen(library->dlpi_name), 0);
    return 0;
}

/* `orderly`: exit() was called, and the loader may be asked for its list, which takes a lock but far less time. A child
   of fork does not ask: another thread of the parent may have held that lock. */
static void end(bool orderly)
{
    if (!table || has_ended || raw1(SYS_getpid, 0) != own_pid)
        return;
    has_ended = true;
    if (orderly && !is_forked)
        dl_iterate_phdr(note_loaded, NULL);
    else
        note_mapped();
    count(&table->ended);
}

/* exec ended this process, and has failed: it goes on. */
static void go_on(void)
{
    if (table && has_ended && raw1(SYS_getpid, 0) == own_pid) {
        has_ended = false;
        __atomic_fetch_sub(&table->ended, 1, __ATOMIC_RELAXED);
    }
}

__attribute__((destructor)) static void at_exit(void)
{
    end(true);
}

SHOWN void _exit(int status)
{
    ready();
    end(false);
    for (;;)
        real._exit(status);
}

SHOWN void _Exit(int status)
{
    ready();
    end(false);
    for (;;)
        real._Exit(status);
}

/* ---- programs that are started ---- */

#define PRELOAD "LD_PRELOAD="
#define TABLE "REPROOF_TABLE="
#define LARGEST 65536

static enum program note_program(int folder, const char *path)
{
    char buffer[PATH_ROOM];
    struct note note = {.kind = 'x'};
    enum program kind = ABSENT;
    if (locate(&note, folder, path, buffer) && (kind = kind_of(note.path, 0)) != ABSENT) {
        note.flags = kind;
        if (is_new(&note))
            add(&note);
    }
    return kind;
}

static bool separates(char letter)
{
    return letter == ':' || letter == ' ' || letter == 0;
}

/* Return where our library stands in a value of LD_PRELOAD, or NULL. */
static const char *find_library(const char *value)
{
    size_t length = strlen(table->library);
    for (const char *at = value; (at = strstr(at, table->library)); at += length)
        if ((at == value || separates(at[-1])) && separates(at[length]))
            return at;
    return NULL;
}

struct change {
    const char *preload; /* the variable as it is, or NULL */
    const char *here;    /* our library in it, or NULL */
    size_t count;        /* variables */
    bool has_table;
    bool watch;
};

static struct change look_through(char *const variables[], enum program kind)
{
    struct change change = {NULL, NULL, 0, false, kind != FOREIGN && kind != OTHER_LIBC && kind != SANITIZED};
    for (; variables && variables[change.count]; change.count++) {
        const char *variable = variables[change.count];
        if (!change.preload && !strncmp(variable, PRELOAD, sizeof PRELOAD - 1))
            change.preload = variable;
        else if (!strncmp(variable, TABLE, sizeof TABLE - 1))
            change.has_table = true;
    }
    if (change.preload)
        change.here = find_library(change.preload + sizeof PRELOAD - 1);
    return change;
}

static size_t room_for(const struct change *change)
{
    return sizeof PRELOAD + sizeof TABLE + strlen(table->library) + strlen(table->table) + 2 +
           (change->preload ? strlen(change->preload) : 0);
}

/* Write the variables with our library in LD_PRELOAD, after the user's, or without it. */
static void write_changed(const struct change *change, char *const variables[], char **out, char *text)
{
    char *preload = text;
    if (!change->watch) { /* then ours is there, and goes */
        size_t before = (size_t)(change->here - change->preload);
        const char *after = change->here + strlen(table->library);
        memcpy(text, change->preload, before);
        strcpy(text + before, after + (*after != 0));
        size_t length = strlen(text);
        if (length > sizeof PRELOAD - 1 && separates(text[length - 1]))
            text[--length] = 0;
        if (length == sizeof PRELOAD - 1)
            preload = NULL;
    } else if (!change->preload || !change->preload[sizeof PRELOAD - 1]) {
        strcat(strcpy(text, PRELOAD), table->library);
    } else if (!change->here) {
        strcat(strcat(strcpy(text, change->preload), ":"), table->library);
    } else {
        preload = (char *)change->preload;
    }
    for (size_t i = 0; i < change->count; i++)
        if (variables[i] != change->preload)
            *out++ = variables[i];
    if (preload)
        *out++ = preload;
    if (change->watch && !change->has_table) {
        text += strlen(text) + 1;
        *out++ = strcat(strcpy(text, TABLE), table->table);
    }
    *out = NULL;
}

typedef int (*starter)(const void *call, char *const variables[]);

/* Start a program with variables that let it be watched, or that do not trouble one that cannot be. */
static int start_noting(int folder, const char *program, char *const variables[], starter start, const void *call)
{
    if (!table)
        return start(call, variables);
    enum program kind = program && *program ? note_program(folder, program) : ABSENT;
    struct change change = look_through(variables, kind);
    size_t room = room_for(&change);
    bool fits = change.count * sizeof(char *) + room < LARGEST;
    if (kind == ABSENT || !fits || (change.watch ? change.here && change.has_table : !change.here))
        return start(call, variables);
    char **changed = alloca((change.count + 3) * sizeof *changed), *text = alloca(room);
    text[0] = 0;
    write_changed(&change, variables, changed, text);
    return start(call, changed);
}

/* Find the file that a name without a slash stands for, as execvp and posix_spawnp do. */
static const char *search(const char *name, char *buffer)
{
    const char *path = getenv("PATH");
    size_t length = name ? strlen(name) : 0;
    if (!length || strchr(name, '/'))
        return name;
    for (path = path ? path : "/bin:/usr/bin"; path; path = strchr(path, ':') ? strchr(path, ':') + 1 : NULL) {
        size_t size = strcspn(path, ":");
        if (size + length + 2 > PATH_ROOM)
            continue;
        memcpy(buffer, path, size);
        if (size)
            buffer[size++] = '/';
        memcpy(buffer + size, name, length + 1);
        if (raw3(SYS_faccessat, AT_FDCWD, buffer, X_OK) == 0)
            return buffer;
    }
    return NULL;
}

struct exec {
    int file;
    const char *path;
    char *const *words;
    int flags;
};

static int start_execve(const void *call, char *const variables[])
{
    const struct exec *exec = call;
    return real.execve(exec->path, exec->words, variables);
}

static int start_execvpe(const void *call, char *const variables[])
{
    const struct exec *exec = call;
    return real.execvpe(exec->path, exec->words, variables);
}

static int start_fexecve(const void *call, char *const variables[])
{
    const struct exec *exec = call;
    return real.fexecve(exec->file, exec->words, variables);
}

static int start_execveat(const void *call, char *const variables[])
{
    const struct exec *exec = call;
    return real.execveat ? real.execveat(exec->file, exec->path, exec->words, variables, exec->flags) : missing();
}

static int replace(int folder, const char *program, char *const variables[], starter start, const struct exec *exec)
{
    end(false);
    int result = start_noting(folder, program, variables, start, exec);
    go_on();
    return result;
}

SHOWN int execve(const char *path, char *const words[], char *const variables[])
{
    ready();
    struct exec exec = {-1, path, words, 0};
    return replace(AT_FDCWD, path, variables, start_execve, &exec);
}

SHOWN int execv(const char *path, char *const words[])
{
    return execve(path, words, environ);
}

SHOWN int execvpe(const char *name, char *const words[], char *const variables[])
{
    char buffer[PATH_ROOM];
    ready();
    struct exec exec = {-1, name, words, 0};
    return replace(AT_FDCWD, table ? search(name, buffer) : NULL, variables, start_execvpe, &exec);
}

SHOWN int execvp(const char *name, char *const words[])
{
    return execvpe(name, words, environ);
}

SHOWN int fexecve(int file, char *const words[], char *const variables[])
{
    char name[32], path[PATH_ROOM];
    ready();
    struct exec exec = {file, NULL, words, 0};
    path[0] = 0;
    if (table && file >= 0) {
        descriptor_name(name, file);
        long length = raw4(SYS_readlinkat, AT_FDCWD, name, path, PATH_ROOM - 1);
        path[length > 0 ? length : 0] = 0;
    }
    return replace(AT_FDCWD, path, variables, start_fexecve, &exec);
}

SHOWN int execveat(int folder, const char *path, char *const words[], char *const variables[], int flags)
{
    ready();
    struct exec exec = {folder, path, words, flags};
    return replace(folder, path, variables, start_execveat, &exec);
}

/* Make an array of the words of execl and its kin, and go on with what follows them. */
#define WORDS(first, rest, array)                                                                                      \
    va_list rest;                                                                                                      \
    size_t number = 1;                                                                                                 \
    va_start(rest, first);                                                                                             \
    while (va_arg(rest, const char *))                                                                                 \
        number++;                                                                                                      \
    va_end(rest);                                                                                                      \
    char **array = alloca((number + 1) * sizeof *array);                                                               \
    array[0] = (char *)first;                                                                                          \
    va_start(rest, first);                                                                                             \
    for (size_t i = 1; i <= number; i++)                                                                               \
        array[i] = va_arg(rest, char *);

SHOWN int execl(const char *path, const char *first, ...)
{
    WORDS(first, rest, words)
    va_end(rest);
    return execve(path, words, environ);
}

SHOWN int execlp(const char *name, const char *first, ...)
{
    WORDS(first, rest, words)
    va_end(rest);
    return execvpe(name, words, environ);
}

SHOWN int execle(const char *path, const char *first, ...)
{
    WORDS(first, rest, words)
    char *const *variables = va_arg(rest, char *const *);
    va_end(rest);
    return execve(path, words, variables);
}

struct spawn {
    pid_t *pid;
    const char *path;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    char *const *words;
};

static int start_spawn(const void *call, char *const variables[])
{
    const struct spawn *spawn = call;
    return real.posix_spawn(spawn->pid, spawn->path, spawn->actions, spawn->attributes, spawn->words, variables);
}

static int start_spawnp(const void *call, char *const variables[])
{
    const struct spawn *spawn = call;
    return real.posix_spawnp(spawn->pid, spawn->path, spawn->actions, spawn->attributes, spawn->words, variables);
}

SHOWN int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attributes, char *const words[], char *const variables[])
{
    ready();
    struct spawn spawn = {pid, path, actions, attributes, words};
    return start_noting(AT_FDCWD, path, variables, start_spawn, &spawn);
}

SHOWN int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const words[], char *const variables[])
{
    char buffer[PATH_ROOM];
    ready();
    struct spawn spawn = {pid, name, actions, attributes, words};
    return start_noting(AT_FDCWD, table ? search(name, buffer) : NULL, variables, start_spawnp, &spawn);
}

/* ---- the start of a process ---- */

static const char *variable(const char *name)
{
    size_t length = strlen(name);
    for (char **entry = environ; entry && *entry; entry++)
        if (!strncmp(*entry, name, length) && (*entry)[length] == '=')
            return *entry + length + 1;
    return NULL;
}

static void after_fork(void)
{
    own_pid = raw1(SYS_getpid, 0);
    has_ended = false;
    is_forked = true;
    count(&table->started);
}

/* Map the table's first part; NULL if it is none of ours. */
static struct header *map_table(const char *path)
{
    struct stat status;
    long file = raw4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0), mapped = -1;
    if (file < 0)
        return NULL;
    if (raw2(SYS_fstat, file, &status) == 0 && S_ISREG(status.st_mode) && (uint64_t)status.st_size >= CHUNK)
        mapped = raw(SYS_mmap, 0, CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    raw1(SYS_close, file);
    if (mapped < 0 && mapped > -4096)
        return NULL;
    struct header *header = (struct header *)mapped;
    if (header->magic == MAGIC && !strncmp(header->table, path, sizeof header->table))
        return header;
    raw2(SYS_munmap, header, CHUNK);
    return NULL;
}

__attribute__((constructor)) static void begin(void)
{
    char program[PATH_ROOM];
    const char *path = variable("REPROOF_TABLE"), *command = variable("REPROOF_PROGRAM");
    ready();
    struct header *header = path && path[0] == '/' ? map_table(path) : NULL;
    if (!header)
        return;
    chunks[0] = (char *)header;
    table = header;
    own_pid = raw1(SYS_getpid, 0);
    if (command) { /* the trial run: it is not part of the record */
        header->program = ANSWERED | kind_of(command, 0);
        table = NULL;
        return;
    }
    __register_atfork(NULL, NULL, after_fork, &__dso_handle);
    count(&table->started);
    long length = raw4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", program, PATH_ROOM - 1);
    if (length > 0) {
        program[length] = 0;
        note_plain('s', program, (size_t)length, 0);
    }
}
