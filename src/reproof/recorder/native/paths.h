/* Makes paths absolute, and leaves out those that are no files: /proc, /sys and /dev. */
#ifndef PATHS_H
#define PATHS_H

#include "table.h"

#define PATH_ROOM 4096

static bool is_ignored(const char *path)
{
    return !strncmp(path, "/proc/", 6) || !strncmp(path, "/sys/", 5) || !strncmp(path, "/dev/", 5);
}

/* Write /proc/self/fd/<number> to `text`. */
static void descriptor_name(char text[32], int number)
{
    char digits[12];
    int length = 0;
    memcpy(text, "/proc/self/fd/", 14);
    do
        digits[length++] = (char)('0' + number % 10);
    while (number /= 10);
    for (int i = 0; i < length; i++)
        text[14 + i] = digits[length - 1 - i];
    text[14 + length] = 0;
}

/* Write the path of a folder (a descriptor, or AT_FDCWD) to `buffer`; return its length, or 0 if it has none. */
static size_t folder_path(int folder, char *buffer)
{
    char name[32];
    long length;
    if (folder == AT_FDCWD) {
        length = raw2(SYS_getcwd, buffer, PATH_ROOM) - 1;
    } else {
        if (folder < 0)
            return 0;
        descriptor_name(name, folder);
        length = raw4(SYS_readlinkat, AT_FDCWD, name, buffer, PATH_ROOM);
    }
    return length > 0 && length < PATH_ROOM && buffer[0] == '/' ? (size_t)length : 0;
}

/* Put the absolute path of a name into a note, and its hash. `buffer` has PATH_ROOM bytes, for a relative one.
   False: there is nothing to note. */
static bool locate(struct note *note, int folder, const char *path, char *buffer)
{
    if (path[0] == '/') {
        note->path = path;
        note->length = strlen(path);
    } else {
        while (path[0] == '.' && path[1] == '/' && path[2])
            path += 2;
        size_t before = folder_path(folder, buffer), length = strlen(path);
        if (!before || before + 1 + length >= PATH_ROOM) {
            count(&table->unresolved);
            return false;
        }
        buffer[before] = '/';
        memcpy(buffer + before + 1, path, length + 1);
        note->path = buffer;
        note->length = before + 1 + length;
    }
    if (is_ignored(note->path))
        return false;
    note->hash = hash_of(note->kind, note->path, note->length);
    return true;
}

static bool is_new(const struct note *note)
{
    uint64_t *slot;
    int level;
    return !is_noted(note, &slot, &level);
}

/* Note the program that runs in this process, and at its end the libraries that are mapped, once for each kind. */
static void note_plain(uint32_t kind, const char *path, size_t length, uint32_t flags)
{
    struct note note = {.kind = kind, .flags = flags, .path = path, .length = length};
    note.hash = hash_of(kind, path, length);
    if (is_new(&note))
        add(&note);
}

#endif
