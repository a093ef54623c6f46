/* Notes what a call that was reported is about to do. The calling thread waits meanwhile, so its memory stands still.

   All of it is done before the call goes on: afterwards its words may be overwritten, the file gone or changed, and the
   run at its end. Whether the call then succeeds is not known; what cannot succeed is left out as far as it shows. */
#ifndef REPORTS_H
#define REPORTS_H

#include <sys/uio.h>

#include "filter.h"
#include "program.h"

#define WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
#define REPORTED (1u << 30) /* beside the flags of open(), in a note */

struct report {
    long process; /* the thread's id */
    uint32_t kind;
    uint32_t flags;
    int folder;
    uint64_t path; /* in its memory */
};

static char *write_number(char *to, unsigned long number)
{
    char digits[24];
    int length = 0;
    do
        digits[length++] = (char)('0' + number % 10);
    while (number /= 10);
    while (length)
        *to++ = digits[--length];
    return to;
}

/* Read from another process. The first way costs least; a container's own filter may refuse it, and not the second. */
static long read_memory(long process, uint64_t from, void *to, size_t size)
{
    struct iovec here = {to, size}, there = {(void *)from, size};
    long got = raw(SYS_process_vm_readv, process, (long)&here, 1, (long)&there, 1, 0);
    if (got != -EPERM && got != -ENOSYS)
        return got;
    char name[64] = "/proc/";
    memcpy(write_number(name + 6, (unsigned long)process), "/mem", 5);
    long file = open_own(name, O_RDONLY);
    if (file < 0)
        return file;
    got = raw4(SYS_pread64, file, to, size, from);
    raw1(SYS_close, file);
    return got;
}

/* Read a string of another process, page by page: what follows it may not be mapped. False: it cannot be had. */
static bool read_text(long process, uint64_t from, char *to)
{
    for (size_t held = 0; held < PATH_ROOM;) {
        size_t size = 4096 - (from + held) % 4096;
        if (size > PATH_ROOM - held)
            size = PATH_ROOM - held;
        long got = read_memory(process, from + held, to + held, size);
        if (got <= 0)
            return false;
        if (memchr(to + held, 0, (size_t)got))
            return true;
        held += (size_t)got;
    }
    return false;
}

/* Write where a process's folder is to `to`; return the length, or 0. */
static size_t read_folder(long process, int folder, char *to)
{
    char name[64] = "/proc/", *end = write_number(name + 6, (unsigned long)process);
    if (folder == AT_FDCWD)
        memcpy(end, "/cwd", 5);
    else {
        memcpy(end, "/fd/", 4);
        *write_number(end + 4, (unsigned)folder) = 0;
    }
    long length = raw4(SYS_readlinkat, AT_FDCWD, name, to, PATH_ROOM);
    return length > 0 && length < PATH_ROOM && to[0] == '/' ? (size_t)length : 0;
}

/* Say what a reported call does; false if it is nothing to note. */
static bool understand(const struct seccomp_notif *told, struct report *report)
{
    const uint64_t *given = (const uint64_t *)told->data.args;
    uint64_t how = 0;
    *report = (struct report){told->pid, 'p', 0, AT_FDCWD, given[0]};
#define AT(folder_at, path_at) report->folder = (int)given[folder_at], report->path = given[path_at]
    switch (told->data.nr) {
#if defined(__x86_64__)
    case SYS_open: report->kind = 'r', report->flags = (uint32_t)given[1]; break;
    case SYS_creat: report->kind = 'r', report->flags = O_WRONLY | O_CREAT | O_TRUNC; break;
    case SYS_rename:
    case SYS_link:
    case SYS_symlink: report->path = given[1]; break;
    case SYS_mkdir: report->kind = 'd'; break;
#endif
    case SYS_openat: report->kind = 'r', report->flags = (uint32_t)given[2], AT(0, 1); break;
    case SYS_openat2:
        if (read_memory(told->pid, given[2], &how, sizeof how) != sizeof how)
            return false;
        report->kind = 'r', report->flags = (uint32_t)how, AT(0, 1);
        break;
    case SYS_execve: report->kind = 'x'; break;
    case SYS_execveat: report->kind = 'x', AT(0, 1); break;
    case SYS_renameat:
    case SYS_renameat2:
    case SYS_linkat: AT(2, 3); break;
    case SYS_symlinkat: AT(1, 2); break;
    case SYS_mkdirat: report->kind = 'd', AT(0, 1); break;
    case SYS_truncate: break;
    default: __atomic_fetch_add(&table->rings, 1, __ATOMIC_RELAXED); return false;
    }
#undef AT
    if (report->kind == 'r' && report->flags & WRITES)
        report->kind = 'w';
    return !(report->kind != 'x' && report->flags & NO_FILE);
}

/* Write the absolute path of a report to `buffer`, of twice PATH_ROOM; false if it cannot be had. */
static bool read_path(const struct report *report, char *buffer)
{
    char *name = buffer + PATH_ROOM;
    if (!read_text(report->process, report->path, name))
        return false;
    if (name[0] == '/') {
        memcpy(buffer, name, strlen(name) + 1);
        return true;
    }
    while (name[0] == '.' && name[1] == '/' && name[2])
        name += 2;
    size_t length = strlen(name), before = read_folder(report->process, report->folder, buffer);
    if (!before || before + 1 + length >= PATH_ROOM)
        return false;
    buffer[before] = length ? '/' : 0; /* an empty name means the descriptor itself: execveat does that */
    memcpy(buffer + before + 1, name, length + 1);
    return true;
}

/* Say whether opening can succeed, as far as it can be told without doing it. */
static bool can_open(const struct note *note)
{
    uint32_t flags = note->flags;
    bool writes = note->kind == 'w';
    if (!note->existed)
        return flags & O_CREAT;
    if (writes ? flags & O_CREAT && flags & O_EXCL : !S_ISREG(note->status.st_mode))
        return false;
    return raw3(SYS_faccessat, AT_FDCWD, note->path, writes ? W_OK : R_OK) == 0;
}

static void note_report(const struct seccomp_notif *told)
{
    static char buffer[2 * PATH_ROOM];
    struct report report;
    struct note note;
    if (!understand(told, &report))
        return;
    if (!read_path(&report, buffer)) {
        count(&table->unresolved);
        return;
    }
    count(&table->reports);
    note.kind = report.kind;
    note.flags = report.flags;
    if (!locate(&note, AT_FDCWD, buffer, NULL) || !is_new(&note))
        return;
    note.existed = raw4(SYS_newfstatat, AT_FDCWD, note.path, &note.status, 0) == 0;
    if (note.kind == 'x')
        note.flags = kind_of(note.path, 0);
    bool counts = note.kind == 'x' ? note.flags != ABSENT : note.kind == 'p' || note.kind == 'd' || can_open(&note);
    note.flags |= note.kind == 'x' ? 0 : REPORTED;
    if (counts)
        add(&note);
}

#endif
