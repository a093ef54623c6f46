/* Hands reports of its own calls, sound and unsound, to the supervisor's part that notes them, under the sanitizers. */
#define _GNU_SOURCE
#include "reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void report(int number, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    struct seccomp_notif told = {.id = 1, .pid = (uint32_t)getpid(), .data = {.nr = number, .args = {a, b, c, d}}};
    note_report(&told);
}

int main(void)
{
    long file = open(getenv("REPROOF_TABLE"), O_RDWR);
    table = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file, 0);
    chunks[0] = (char *)table;
    close((int)file);
    char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *last = pages + 4096;
    munmap(last, 4096);
    memcpy(last - 7, "in.bin", 7); /* ends where nothing is mapped any more */
    uint64_t how[3] = {O_RDONLY, 0, 0}, here = (uint64_t)AT_FDCWD;
    close(creat("in.bin", 0644));
    report(SYS_openat, here, (uint64_t)(last - 7), O_RDONLY, 0);
    report(SYS_openat2, here, (uint64_t) "./in.bin", (uint64_t)how, sizeof how);
    report(SYS_openat, here, (uint64_t) "out.bin", O_WRONLY | O_CREAT, 0);
    report(SYS_openat, here, (uint64_t) "in.bin", O_WRONLY | O_CREAT | O_EXCL, 0); /* it would fail */
    report(SYS_openat, here, (uint64_t) "missing", O_RDONLY, 0);
    report(SYS_renameat2, here, (uint64_t) "a", here, (uint64_t) "placed");
    report(SYS_execve, (uint64_t) "/bin/sh", 0, 0, 0);
    report(SYS_mkdirat, here, (uint64_t) "folder", 0, 0);

    char *endless = malloc(2 * PATH_ROOM);
    memset(endless, 'x', 2 * PATH_ROOM);
    report(SYS_openat, here, (uint64_t)endless, O_RDONLY, 0);
    endless[PATH_ROOM - 1] = 0;
    report(SYS_openat, here, (uint64_t)endless, O_RDONLY, 0);       /* too long, with the folder before it */
    report(SYS_openat, here, 8, O_RDONLY, 0);                       /* no address */
    report(SYS_openat, 12345, (uint64_t) "in.bin", O_RDONLY, 0);    /* no folder */
    report(SYS_openat, (uint64_t)-7, (uint64_t) "in.bin", O_RDONLY, 0);
    report(SYS_openat2, here, (uint64_t) "in.bin", 8, sizeof how);  /* no flags: nothing to note */
    report(SYS_io_uring_setup, 1, 8, 0, 0);
    printf("{\"unresolved\": %lu, \"rings\": %u, \"lost\": %lu}\n", table->unresolved, table->rings, table->lost);
    return 0;
}
