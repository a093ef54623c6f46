/* Exercises the shim inside one program, which the sanitizers watch: threads, forks, vforks, changed environments.
   A word is the program whose start is prepared; by default /bin/true. */
#include "shim.c"

#include <pthread.h>
#include <sys/wait.h>

static void *work(void *number)
{
    char name[32];
    snprintf(name, sizeof name, "thread-%ld", (long)number % 8);
    for (int i = 0; i < 500; i++) {
        close(open(name, O_RDWR | O_CREAT, 0644));
        FILE *stream = fopen(name, "r");
        fclose(stream);
    }
    return NULL;
}

static char shown[4096];

static int show(const void *call, char *const variables[])
{
    (void)call;
    shown[0] = 0;
    for (; variables && *variables; variables++)
        strcat(strcat(shown, *variables), "\n");
    return 0;
}

static const char *after(char *const variables[], const char *program)
{
    start_noting(AT_FDCWD, program, variables, show, NULL);
    return shown;
}

int main(int argc, char **argv)
{
    const char *program = argc > 1 ? argv[1] : "/bin/true";
    pthread_t threads[16];
    char library[2048], expected[8192], both[4096];
    for (long i = 0; i < 16; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < 16; i++)
        pthread_join(threads[i], NULL);
    if (!fork())
        _exit(0);
    wait(NULL);
    if (!vfork()) {
        execlp("true", "true", (char *)NULL);
        _exit(1);
    }
    wait(NULL);

    snprintf(library, sizeof library, "LD_PRELOAD=%s", table->library);
    snprintf(both, sizeof both, "LD_PRELOAD=/theirs.so:%s", table->library);
    char place[2048];
    snprintf(place, sizeof place, "REPROOF_TABLE=%s", table->table);
    int file = creat("foreign", 0755);
    char head[128] = "\177ELF\1";
    write(file, head, sizeof head);
    close(file);

    char *kept[] = {"A=1", both, place, NULL}, *theirs[] = {"LD_PRELOAD=/theirs.so", "A=1", NULL};
    bool is_kept = !strcmp(after(kept, program), strcat(strcat(strcat(strcat(strcpy(expected, "A=1\n"), both), "\n"), place), "\n"));
    snprintf(expected, sizeof expected, "A=1\n%s\n%s\n", both, place);
    bool is_added = !strcmp(after(theirs, program), expected);
    snprintf(expected, sizeof expected, "%s\n%s\n", library, place);
    is_added = is_added && !strcmp(after(NULL, program), expected);
    char *ours[] = {library, "A=1", NULL};
    bool is_removed = !strcmp(after(ours, "./foreign"), "A=1\n");
    snprintf(expected, sizeof expected, "A=1\nREPROOF_TABLE=%s\nLD_PRELOAD=/theirs.so\n", table->table);
    char *with_both[] = {"A=1", both, place, NULL};
    is_removed = is_removed && !strcmp(after(with_both, "./foreign"), expected);
    printf("{\"kinds\": [%d, %d], \"kept\": %s, \"added\": %s, \"removed\": %s}\n", kind_of(program, 0),
           kind_of("missing", 0), is_kept ? "true" : "false", is_added ? "true" : "false",
           is_removed ? "true" : "false");
    return 0;
}
