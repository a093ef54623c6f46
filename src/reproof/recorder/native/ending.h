/* The end of a process: which libraries it had loaded. */
#ifndef ENDING_H
#define ENDING_H

#include <link.h>

#include "paths.h"
#include "real.h"

static long own_pid; /* not ours in a child of vfork, which shares this memory */
static bool has_ended;
static bool is_forked;

/* Note the files that are mapped as code. This needs no lock, so it is safe wherever a process can end. */
static void note_mapped(void)
{
    char text[2 * PATH_ROOM];
    size_t held = 0;
    long file = open_own("/proc/self/maps", O_RDONLY), got;
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

#endif
