/* Says of a program file whether the shim can be loaded into it. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <elf.h>

#include "paths.h"

/* `level.py` and `gaps.py` know these numbers. */
enum program {
    ABSENT,     /* no such file, or none that can be executed */
    WATCHED,    /* a dynamic program of this architecture */
    STATIC,     /* no dynamic loader that could load the shim */
    FOREIGN,    /* of another architecture: its loader would complain about the shim */
    OTHER_LIBC, /* musl, for example: the shim would not load, and stop it */
    SANITIZED,  /* the address sanitizer insists on being the first library */
    PRIVILEGED  /* its loader takes nothing from an environment */
};

#define ANSWERED 0x100 /* beside one of these, in the table's header: the trial run came so far */

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#else
#define MACHINE EM_AARCH64
#endif

#define HEAD 2048

static bool contains(const char *text, size_t length, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= length; i++)
        if (!memcmp(text + i, word, size))
            return true;
    return false;
}

/* Return the offset in the file of an address, or 0. */
static uint64_t offset_of(const Elf64_Phdr *parts, int number, uint64_t address)
{
    for (int i = 0; i < number; i++)
        if (parts[i].p_type == PT_LOAD && address >= parts[i].p_vaddr && address < parts[i].p_vaddr + parts[i].p_filesz)
            return address - parts[i].p_vaddr + parts[i].p_offset;
    return 0;
}

/* Say whether a program needs the address sanitizer's library. */
static bool needs_sanitizer(long file, const Elf64_Phdr *parts, int number, const Elf64_Phdr *dynamic)
{
    Elf64_Dyn entries[64];
    char name[32];
    uint64_t names = 0;
    long size = dynamic->p_filesz < sizeof entries ? (long)dynamic->p_filesz : (long)sizeof entries;
    long entry_count = raw4(SYS_pread64, file, entries, size, dynamic->p_offset) / (long)sizeof entries[0];
    for (long i = 0; i < entry_count; i++)
        if (entries[i].d_tag == DT_STRTAB)
            names = offset_of(parts, number, entries[i].d_un.d_ptr);
    for (long i = 0; i < entry_count && names; i++) {
        if (entries[i].d_tag != DT_NEEDED)
            break; /* linkers put them first */
        long length = raw4(SYS_pread64, file, name, sizeof name, names + entries[i].d_un.d_val);
        if (length > 8 && (!memcmp(name, "libasan", 7) || contains(name, (size_t)length, "_rt.asan")))
            return true;
    }
    return false;
}

static enum program elf_kind(long file, const char *head, long size)
{
    Elf64_Ehdr elf;
    Elf64_Phdr parts[24];
    char loader[64];
    memcpy(&elf, head, sizeof elf);
    if (elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_machine != MACHINE)
        return FOREIGN;
    int number = elf.e_phnum < 24 ? elf.e_phnum : 24;
    if (elf.e_phentsize != sizeof parts[0] || elf.e_phoff > (uint64_t)size ||
        elf.e_phoff + (uint64_t)number * sizeof parts[0] > (uint64_t)size)
        return WATCHED;
    memcpy(parts, head + elf.e_phoff, (size_t)number * sizeof parts[0]);
    enum program kind = STATIC;
    for (int i = 0; i < number; i++) {
        if (parts[i].p_type == PT_INTERP) {
            long length = raw4(SYS_pread64, file, loader, sizeof loader, parts[i].p_offset);
            if (length > (long)parts[i].p_filesz)
                length = (long)parts[i].p_filesz;
            kind = length > 0 && contains(loader, (size_t)length, "/ld-linux") ? WATCHED : OTHER_LIBC;
        }
    }
    for (int i = 0; i < number && kind == WATCHED; i++)
        if (parts[i].p_type == PT_DYNAMIC && needs_sanitizer(file, parts, number, &parts[i]))
            kind = SANITIZED;
    return kind;
}

/* Cut the interpreter's name out of a script's first line; NULL if there is none. */
static const char *script_interpreter(char *head, long size)
{
    char *from = head + 2, *end = head + size;
    while (from < end && (*from == ' ' || *from == '\t'))
        from++;
    char *to = from;
    while (to < end && *to != ' ' && *to != '\t' && *to != '\n' && *to)
        to++;
    if (to == end || to == from)
        return NULL;
    *to = 0;
    return from;
}

/* Return what a program file is; for a script, what its interpreter is. */
static enum program kind_of(const char *path, int depth)
{
    char head[HEAD] __attribute__((aligned(8)));
    struct stat status;
    enum program kind = ABSENT;
    long file = open_own(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return file == -13 ? WATCHED : ABSENT; /* EACCES: it may be executable all the same */
    if (raw2(SYS_fstat, file, &status) == 0 && S_ISREG(status.st_mode) && status.st_mode & 0111) {
        long size = raw4(SYS_pread64, file, head, HEAD - 1, 0);
        kind = WATCHED;
        if ((status.st_mode & S_ISUID && status.st_uid != (uid_t)raw1(SYS_geteuid, 0)) ||
            (status.st_mode & S_ISGID && status.st_mode & S_IXGRP && status.st_gid != (gid_t)raw1(SYS_getegid, 0))) {
            kind = PRIVILEGED;
        } else if (size > 64 && !memcmp(head, "\177ELF", 4)) {
            kind = elf_kind(file, head, size);
        } else if (size > 2 && !memcmp(head, "#!", 2) && depth < 4) {
            head[size] = '\n';
            const char *interpreter = script_interpreter(head, size + 1);
            kind = interpreter ? kind_of(interpreter, depth + 1) : WATCHED;
        }
    }
    raw1(SYS_close, file);
    return kind;
}

#endif
