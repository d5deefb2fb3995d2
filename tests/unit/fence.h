/* fence.h - memory that ends where a page begins that nobody may read: a byte
 * read past the end of a text is a crash, with or without a sanitizer. */
#ifndef FENCE_H
#define FENCE_H
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct fence {
    char *base, *end; /* end: the page that nobody may read */
};

/* Room for n bytes before the fence; never freed, a test's process ends. */
static inline struct fence fence_new(size_t n)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (n + page - 1) / page * page;
    char *p = mmap(NULL, size + page, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || mprotect(p + size, page, PROT_NONE) != 0) abort();
    return (struct fence){ p, p + size };
}

/* A copy of p[0..n) that ends at the fence. */
static inline const char *fence_copy(const struct fence *f, const char *p,
                                     size_t n)
{
    return n ? memcpy(f->end - n, p, n) : f->end;
}
#endif
