/* The two processes that answer the reports of a run: a supervisor, which notes and answers them, and a guardian.

   A call that is reported waits for its answer, so there must always be somebody who gives it. The kernel writes each
   report to memory that both share; when the supervisor is killed, crashes or stops, the guardian knows what it had
   taken, answers that, becomes the supervisor and starts a new guardian. A guardian that is gone is replaced, too.
   Only if both are ended at the same moment nobody is left, and then the kernel refuses the calls (ENOSYS): that is why
   the level `complete` is not the default. Neither ever refuses a call. */
#ifndef PROTECT_H
#define PROTECT_H

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "reports.h"

#define LOOK_MS 200    /* how often the guardian looks */
#define PATIENCE 3     /* looks without progress until a supervisor counts as stopped */
#define IDLE_MS 1000   /* how often an idle supervisor looks after its guardian */
#define MANY 100000    /* reports after which a busy one does: they take a second */

struct shared {
    struct seccomp_notif report; /* written by the kernel; an id of 0: none is in hand */
    uint32_t tries;              /* of noting it */
    uint64_t answered;
    uint64_t beat; /* of the guardian */
};

static struct shared *shared;
static int listener;

static void answer(void)
{
    struct seccomp_notif_resp go_on = {.id = shared->report.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    raw3(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, &go_on);
    memset(&shared->report, 0, sizeof shared->report);
    shared->answered++;
}

/* Note the report in hand, and let the call go on. One at which two supervisors ended is let go unnoted. */
static void deal_with(void)
{
    if (++shared->tries <= 2)
        note_report(&shared->report);
    else
        count(&table->passed);
    answer();
}

/* End, and the other one with us: if it was stopped it would stay. */
static _Noreturn void leave(int other)
{
    if (other >= 0)
        raw4(SYS_pidfd_send_signal, other, SIGKILL, 0, 0);
    for (;;)
        raw1(SYS_exit_group, 0);
}

static _Noreturn void supervise(void);
static _Noreturn void guard(int supervisor);

/* Start a guardian of this process; return a descriptor that tells its end, or -1. */
static int start_guardian(void)
{
    int self = (int)raw2(SYS_pidfd_open, raw1(SYS_getpid, 0), 0);
    long child = self < 0 ? -1 : raw(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
    if (child == 0)
        guard(self);
    if (self >= 0)
        raw1(SYS_close, self);
    table->guardian = (int32_t)child;
    return child < 0 ? -1 : (int)raw2(SYS_pidfd_open, child, 0);
}

static void end_process(int process)
{
    raw4(SYS_pidfd_send_signal, process, SIGKILL, 0, 0);
    raw1(SYS_close, process);
}

/* Keep a guardian that lives and moves. `beat` is what it had counted when it was last looked at. */
static void look_after(int *guardian, uint64_t *beat)
{
    struct pollfd end = {*guardian, POLLIN, 0};
    bool is_there = *guardian >= 0 && raw(SYS_ppoll, (long)&end, 1, (long)&(struct timespec){0, 0}, 0, 0, 0) == 0;
    if (is_there && shared->beat != *beat) {
        *beat = shared->beat;
        return;
    }
    if (*guardian >= 0)
        end_process(*guardian);
    *guardian = start_guardian();
}

static long wait_for(struct pollfd *what, unsigned number, long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    return raw(SYS_ppoll, (long)what, number, (long)&time, 0, 0, 0);
}

static _Noreturn void supervise(void)
{
    uint64_t beat = ~0ull, looked = 0;
    table->supervisor = (int32_t)raw1(SYS_getpid, 0);
    int guardian = start_guardian();
    if (shared->report.id) /* of the one before */
        deal_with();
    for (;;) {
        struct pollfd either[] = {{listener, POLLIN, 0}, {guardian, POLLIN, 0}};
        long ready = wait_for(either, guardian < 0 ? 1 : 2, IDLE_MS);
        if (either[0].revents & (POLLHUP | POLLERR | POLLNVAL) && !(either[0].revents & POLLIN))
            leave(guardian); /* no process is left under the filter */
        if (ready == 0 || (guardian >= 0 && either[1].revents) || shared->answered - looked > MANY) {
            look_after(&guardian, &beat);
            looked = shared->answered;
        }
        if (!(either[0].revents & POLLIN))
            continue;
        shared->tries = 0;
        if (raw3(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, &shared->report) == 0)
            deal_with();
        else
            memset(&shared->report, 0, sizeof shared->report);
    }
}

static _Noreturn void guard(int supervisor)
{
    uint64_t answered = 0;
    int looks = 0;
    for (;;) {
        struct pollfd end[] = {{supervisor, POLLIN, 0}, {listener, 0, 0}};
        wait_for(end, 2, LOOK_MS);
        shared->beat++;
        struct pollfd asked = {listener, POLLIN, 0};
        wait_for(&asked, 1, 0);
        if (asked.revents & (POLLHUP | POLLERR | POLLNVAL) && !(asked.revents & POLLIN))
            leave(supervisor);
        bool waits = asked.revents & POLLIN || shared->report.id;
        looks = waits && shared->answered == answered ? looks + 1 : 0;
        answered = shared->answered;
        if (!end[0].revents && looks < PATIENCE)
            continue;
        if (!end[0].revents)
            shared->tries = 2; /* it hangs at this report: do not hang there, too */
        raw4(SYS_pidfd_send_signal, supervisor, SIGKILL, 0, 0);
        wait_for(end, 1, LOOK_MS); /* until it is gone, the kernel may be handing a report to it */
        raw1(SYS_close, supervisor);
        supervise();
    }
}

#endif
