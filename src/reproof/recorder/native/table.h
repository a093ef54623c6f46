/* The table of a run: one file that every process maps, one entry for each (kind, path), however many ask.

   A slot is a word: the upper half a tag of the hash, the lower half the entry's offset in units of 8 bytes; 0 is free.
   Slots lie in four levels, each larger than the one before; a key has one bucket of 8 slots in each level, filled
   from the front and never emptied, so a free slot says that the key is nowhere further on. Small runs touch the first
   level alone. Entries are written before their slot, and only appended: a process that is killed leaves nothing half.

   The file is mapped chunk by chunk. A chunk is reserved on disk before it is mapped: writing to a hole of a full disk
   would be SIGBUS in the user's program. `table.py` makes the file and reads it. */
#ifndef TABLE_H
#define TABLE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "raw.h"

#define MAGIC 0x3230656c62617472ull
#define CHUNK (4ull << 20)
#define CHUNKS 160
#define LEVELS 4
#define BUCKET 8
#define FIRST_ENTRY (4096 + (8ull << 14) + (8ull << 17))
#define LATER_ENTRIES (11 * CHUNK)

struct header {
    uint64_t magic;
    uint64_t limit;      /* where the file ends */
    uint64_t used;       /* where the next entry goes */
    uint64_t lost;       /* notes that found no room */
    uint64_t unresolved; /* notes whose path could not be made absolute */
    uint64_t started;    /* processes: programs started and forks */
    uint64_t ended;      /* of them, those that could list their libraries at the end */
    uint32_t program;    /* what the trial run says of the command, an enum program */
    uint32_t levels;     /* a bit for each level that has entries */
    uint32_t guarded;    /* the filter of level `complete` is in place */
    uint32_t rings;      /* io_uring instances that were set up under it */
    uint64_t mark;       /* what marked calls carry */
    uint64_t reports;    /* unmarked calls that the supervisor was told of */
    uint64_t passed;     /* of them, those that went on without a note */
    int32_t supervisor;  /* its process id */
    int32_t guardian;    /* that of the process that watches it */
    char table[1024];    /* the path of this file */
    char library[1024];  /* the path of this library, as LD_PRELOAD has it */
};

struct entry {
    uint64_t hash;
    uint32_t kind;
    uint32_t flags; /* of open(), or the kind of program */
    int64_t time_ns;
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t mtime_ns;
    uint32_t mode;
    uint32_t existed;
    uint32_t length;
    char path[];
};

/* What is noted of a path. Of a file, the identity is that of its first opening: before it, if it was for writing. */
struct note {
    uint32_t kind;
    uint32_t flags;
    const char *path;
    size_t length;
    uint64_t hash;
    bool existed;
    struct stat status;
};

static const struct {
    uint64_t offset;
    uint64_t slots;
} level_of[LEVELS] = {
    {4096, 1ull << 14}, {4096 + (8ull << 14), 1ull << 17}, {CHUNK, 1ull << 20}, {3 * CHUNK, 1ull << 22}};

static struct header *table; /* NULL: this process is not watched */
static char *chunks[CHUNKS];

static inline void count(uint64_t *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* Reserve a chunk of the file and map it; NULL if that cannot be done (now: the next note tries again). */
static char *map_chunk(const char *path, uint64_t number)
{
    long file = open_own(path, O_RDWR);
    if (file < 0)
        return NULL;
    long done = raw4(SYS_fallocate, file, 0, number * CHUNK, CHUNK);
    long at = done < 0 ? done : raw(SYS_mmap, 0, CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED, file, (long)(number * CHUNK));
    raw1(SYS_close, file);
    return at < 0 && at > -4096 ? NULL : (char *)at;
}

static __attribute__((noinline)) char *chunk_at(uint64_t number)
{
    char *fresh = map_chunk(table->table, number), *none = NULL;
    if (fresh && !__atomic_compare_exchange_n(&chunks[number], &none, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        raw2(SYS_munmap, fresh, CHUNK);
        return none;
    }
    return fresh;
}

/* Return where an offset of the file is in memory, or NULL. */
static inline void *at(uint64_t offset)
{
    uint64_t number = offset / CHUNK;
    if (number >= CHUNKS)
        return NULL;
    char *chunk = __atomic_load_n(&chunks[number], __ATOMIC_ACQUIRE);
    if (!chunk && !(chunk = chunk_at(number)))
        return NULL;
    return chunk + offset % CHUNK;
}

static uint64_t hash_of(uint32_t kind, const char *path, size_t length)
{
    uint64_t hash = (kind + length) * 0x9e3779b97f4a7c15ull, word;
    for (; length >= 8; path += 8, length -= 8) {
        memcpy(&word, path, 8);
        hash = (hash ^ word) * 0xff51afd7ed558ccdull;
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, path, length);
    hash = (hash ^ word) * 0xc4ceb9fe1a85ec53ull;
    return hash ^ hash >> 29;
}

static bool is_same(uint64_t slot, const struct note *note)
{
    if (slot >> 32 != note->hash >> 32)
        return false;
    const struct entry *entry = at((slot & 0xffffffff) * 8);
    return entry && entry->hash == note->hash && entry->kind == note->kind && entry->length == note->length &&
           !memcmp(entry->path, note->path, note->length);
}

/* Say whether a note is there; if not, `*slot` is where it goes, or NULL if there is no room. */
static bool is_noted(const struct note *note, uint64_t **slot, int *level)
{
    *slot = NULL;
    for (*level = 0; *level < LEVELS; ++*level) {
        uint64_t bucket = note->hash & (level_of[*level].slots - 1) & ~(uint64_t)(BUCKET - 1);
        uint64_t offset = level_of[*level].offset + bucket * 8;
        uint64_t *slots = offset + BUCKET * 8 <= table->limit ? at(offset) : NULL;
        if (!slots)
            return false;
        for (int i = 0; i < BUCKET; i++) {
            uint64_t word = __atomic_load_n(&slots[i], __ATOMIC_ACQUIRE);
            if (!word) {
                *slot = &slots[i];
                return false;
            }
            if (is_same(word, note))
                return true;
        }
    }
    return false;
}

/* Return the offset of room for an entry, within one chunk; 0 if there is none. */
static uint64_t take_room(uint64_t size)
{
    uint64_t from = __atomic_load_n(&table->used, __ATOMIC_RELAXED), start;
    do {
        start = from;
        if (start / CHUNK != (start + size - 1) / CHUNK)
            start = (start + size - 1) / CHUNK * CHUNK;
        if (start >= CHUNK && start < LATER_ENTRIES)
            start = LATER_ENTRIES;
        if (start + size > table->limit)
            return 0;
    } while (!__atomic_compare_exchange_n(&table->used, &from, start + size, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return start;
}

static void fill(struct entry *entry, const struct note *note)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    entry->hash = note->hash;
    entry->kind = note->kind;
    entry->flags = note->flags;
    entry->time_ns = now.tv_sec * 1000000000ll + now.tv_nsec;
    entry->existed = note->existed;
    entry->length = (uint32_t)note->length;
    if (note->existed) {
        entry->device = note->status.st_dev;
        entry->inode = note->status.st_ino;
        entry->size = note->status.st_size;
        entry->mtime_ns = note->status.st_mtim.tv_sec * 1000000000ll + note->status.st_mtim.tv_nsec;
        entry->mode = note->status.st_mode;
    }
    memcpy(entry->path, note->path, note->length);
}

/* Add a note that was not there a moment ago; if another thread or process is faster, its note stays. */
static __attribute__((noinline)) void add(const struct note *note)
{
    uint64_t *slot, none;
    int level;
    uint64_t offset = take_room((sizeof(struct entry) + note->length + 7) & ~7ull);
    struct entry *entry = offset ? at(offset) : NULL;
    if (!entry) {
        count(&table->lost);
        return;
    }
    fill(entry, note);
    uint64_t word = note->hash >> 32 << 32 | offset / 8;
    do {
        if (is_noted(note, &slot, &level))
            return;
        if (!slot) {
            count(&table->lost);
            return;
        }
        none = 0;
    } while (!__atomic_compare_exchange_n(slot, &none, word, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    if (!(__atomic_load_n(&table->levels, __ATOMIC_RELAXED) & 1u << level))
        __atomic_fetch_or(&table->levels, 1u << level, __ATOMIC_RELAXED);
}

#endif
