/* Programs that are started: their environment keeps the shim in them, or out of those that it would trouble. */
#ifndef STARTING_H
#define STARTING_H

#include <alloca.h>
#include <stdarg.h>

#include "ending.h"
#include "program.h"

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
    if (mark)
        return (int)settled(marked(SYS_execve, (long)exec->path, (long)exec->words, (long)variables, 0, 0));
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

#endif
