/* Starts a command under the filter, with a supervisor and its guardian beside it.

   supervisor STATUS TABLE PROGRAM COUNT WORD... "" VARIABLE...

   This process becomes the command. What goes wrong before is written to the descriptor STATUS, as two 32-bit numbers: an
   enum stage and the error; the command has not been started then. `start.py` reads them. */
#define _GNU_SOURCE
#include "freestanding.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "protect.h"

enum stage { TABLE = 1, PROCESS, FILTER, HANDING, TEST, PROGRAM };

static int status;

static _Noreturn void quit(int code)
{
    for (;;)
        raw1(SYS_exit_group, code);
}

static _Noreturn void fail(enum stage stage, long error)
{
    int32_t told[2] = {stage, (int32_t)-error};
    raw3(SYS_write, status, told, sizeof told);
    quit(125);
}

static void map_table(const char *path)
{
    long file = raw4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    long mapped = file < 0 ? file : raw(SYS_mmap, 0, CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped < 0 && mapped > -4096)
        fail(TABLE, mapped);
    raw1(SYS_close, file);
    table = (struct header *)mapped;
    chunks[0] = (char *)mapped;
    if (table->magic != MAGIC)
        fail(TABLE, -EINVAL);
}

/* Pass the listener over a socket, or take it from there. */
static long pass(int socket, int *file, bool gives)
{
    char byte = 0;
    struct iovec data = {&byte, 1};
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control = {{0}};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *head = (struct cmsghdr *)&control;
    *head = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    if (gives)
        memcpy(CMSG_DATA(head), file, sizeof *file);
    long done = raw3(gives ? SYS_sendmsg : SYS_recvmsg, socket, &message, MSG_NOSIGNAL);
    if (!gives && done == 1 && message.msg_controllen >= CMSG_LEN(sizeof(int)))
        memcpy(file, CMSG_DATA(head), sizeof *file);
    return done;
}

/* Be the supervisor, in a session of its own: no signal of a terminal comes here, and nothing is kept open or busy. */
static _Noreturn void protect(int socket)
{
    struct {
        void *handler;
        unsigned long flags;
        void *restorer;
        uint64_t mask;
    } ignore = {SIG_IGN, 0, NULL, 0};
    raw1(SYS_setsid, 0);
    for (int number = 1; number <= 64; number++)
        if (number != SIGSEGV && number != SIGBUS && number != SIGILL && number != SIGFPE && number != SIGABRT)
            raw4(SYS_rt_sigaction, number, &ignore, 0, 8);
    raw2(SYS_prctl, PR_SET_NAME, "reproof-watch");
    raw1(SYS_chdir, "/");
    raw3(SYS_dup3, socket, 0, 0);
    raw3(SYS_close_range, 1, ~0u, 0);
    if (pass(0, &listener, false) != 1)
        quit(1); /* the command was not started */
    raw(SYS_mlock, (long)shared, sizeof *shared, 0, 0, 0, 0);
    raw3(SYS_write, 0, "", 1);
    raw1(SYS_close, 0);
    supervise();
}

/* Start the supervisor as nobody's child: the command must not find one that it has not started. */
static int start_protection(void)
{
    int ends[2];
    long made = raw4(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
    long child = made < 0 ? made : raw(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
    if (child < 0)
        fail(PROCESS, child);
    if (child == 0) {
        if (raw(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0) == 0)
            protect(ends[1]);
        quit(0);
    }
    raw4(SYS_wait4, child, 0, 0, 0);
    raw1(SYS_close, ends[1]);
    return ends[0];
}

/* Open a file as an unmarked call does, in a process that can be given up, and see that the report came. */
static void try(const char *path)
{
    long child = raw(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
    if (child == 0)
        quit(raw4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0) < 0);
    long process = child < 0 ? child : raw2(SYS_pidfd_open, child, 0);
    if (process < 0)
        fail(TEST, process);
    struct pollfd end = {(int)process, POLLIN, 0};
    bool ended = wait_for(&end, 1, 3000) == 1;
    end_process((int)process);
    int result = 0;
    raw4(SYS_wait4, child, &result, 0, 0);
    if (!ended || result || !table->reports)
        fail(TEST, !ended ? -ETIMEDOUT : result ? -EIO : -EPERM);
}

static int number_of(const char *text)
{
    int number = 0;
    while (*text)
        number = 10 * number + *text++ - '0';
    return number;
}

_Noreturn void begin(long *stack)
{
    char **words = (char **)(stack + 1);
    if (stack[0] < 6)
        quit(2);
    status = number_of(words[1]);
    raw3(SYS_fcntl, status, F_SETFD, FD_CLOEXEC);
    map_table(words[2]);
    long room = raw(SYS_mmap, 0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (room < 0 && room > -4096)
        fail(PROCESS, room);
    shared = (struct shared *)room;
    int socket = start_protection();
    long listening = listen_to(table->mark);
    if (listening < 0)
        fail(FILTER, listening);
    int file = (int)listening;
    struct pollfd ready = {socket, POLLIN, 0};
    char byte;
    if (pass(socket, &file, true) != 1 || wait_for(&ready, 1, 3000) != 1 || raw3(SYS_read, socket, &byte, 1) != 1)
        fail(HANDING, -EPIPE);
    raw1(SYS_close, socket);
    raw1(SYS_close, file);
    try(words[2]);
    table->guarded = 1;
    char **own = words + 5, **end = own + number_of(words[4]);
    *end = NULL;
    mark = (long)table->mark;
    fail(PROGRAM, marked(SYS_execve, (long)words[3], (long)own, (long)(end + 1), 0, 0));
}
