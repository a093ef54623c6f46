/* What a program without a C library needs: its entry, and the functions that the compiler and our headers call.

   The supervisor has none, so that it is one file that runs with every libc, starts in no time, and loads nothing that
   the user preloads. */
#ifndef FREESTANDING_H
#define FREESTANDING_H

#include <stddef.h>
#include <time.h>

#include "raw.h"

#if defined(__x86_64__)
__asm__(".globl _start\n_start: xorl %ebp, %ebp\n movq %rsp, %rdi\n andq $-16, %rsp\n call begin\n");
#else
__asm__(".globl _start\n_start: mov x29, xzr\n mov x30, xzr\n mov x0, sp\n bl begin\n");
#endif

void *memcpy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((char *)to)[i] = ((const char *)from)[i];
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((char *)to)[i] = (char)byte;
    return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
    const unsigned char *a = left, *b = right;
    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i])
            return a[i] - b[i];
    return 0;
}

void *memchr(const void *text, int byte, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (((const unsigned char *)text)[i] == (unsigned char)byte)
            return (char *)text + i;
    return NULL;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

int strncmp(const char *left, const char *right, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (left[i] != right[i] || !left[i])
            return (unsigned char)left[i] - (unsigned char)right[i];
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    return raw2(SYS_clock_gettime, clock, time) < 0 ? -1 : 0;
}

#endif
