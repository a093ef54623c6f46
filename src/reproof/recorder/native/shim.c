/* Preloaded into every process of a run: notes in the run's table which files are opened, placed, made and executed.

   Each function here does what the one that it stands before does, with the same result and errno; the note comes
   beside it. Nothing is allocated, no lock is taken and nothing is kept open, so it is safe in signal handlers, threads,
   forks and vforks. Without REPROOF_TABLE in the environment, and whenever the table cannot be had, calls only pass. */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include "ending.h"
#include "opening.h"
#include "placing.h"
#include "starting.h"

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
    long file = open_own(path, O_RDWR), mapped = -1;
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
    mark = header->guarded && stands_before_libc() ? (long)header->mark : 0;
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
