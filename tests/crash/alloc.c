/* alloc.c - makes one allocation of a program fail, or all from one on.
 *
 *   LD_PRELOAD=alloc.so ALLOC_FAIL=N COMMAND...     the N-th fails
 *   LD_PRELOAD=alloc.so ALLOC_FAIL=N+ COMMAND...    it and all that follow
 *
 *   ALLOC_COUNT=FILE   holds how many there were, 8 bytes in the machine's order
 *   ALLOC_SHOW=1       the calls that led to the first failure, on descriptor 2
 *
 * What counts as one: malloc and its kind, whoever calls it (libc, SQLite, the
 * loader of plugins), mmap, fork, and a thread made.  The program and what it
 * forks are counted as one, in the order of time; what they execute is not. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    _Atomic uint64_t *count; /* shared with what is forked; NULL: not set up */
    uint64_t at;             /* 0: none fails */
    int and_on, show;
} plan;

static void set_up(void)
{
    const char *at = getenv("ALLOC_FAIL"), *file = getenv("ALLOC_COUNT");
    char *end = NULL;
    int fd = file ? open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (fd >= 0 && ftruncate(fd, sizeof *plan.count) < 0) abort();
    /* Not by mmap: that would be one of those counted. */
    long p = syscall(SYS_mmap, NULL, sizeof *plan.count, PROT_READ | PROT_WRITE,
                     fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0L);
    if (p == -1) abort();
    if (fd >= 0) close(fd);
    plan.at = at ? strtoull(at, &end, 10) : 0;
    plan.and_on = end && *end == '+';
    plan.show = getenv("ALLOC_SHOW") != NULL;
    plan.count = (_Atomic uint64_t *)p;
}

/* What the program executes is not its own memory. */
__attribute__((constructor)) static void stay_here(void)
{
    unsetenv("LD_PRELOAD");
}

static void show(void)
{
    void *calls[64];
    plan.show = 0;
    plan.at = 0; /* what backtrace needs is not counted out */
    backtrace_symbols_fd(calls, backtrace(calls, 64), 2);
}

static int is_struck(int error)
{
    if (!plan.count) set_up();
    uint64_t n = atomic_fetch_add(plan.count, 1) + 1;
    if (!plan.at || (plan.and_on ? n < plan.at : n != plan.at)) return 0;
    if (plan.show) {
        uint64_t at = plan.at;
        show();
        plan.at = at;
    }
    errno = error;
    return 1;
}

/* The function behind ours: libc's, or a sanitizer's. */
#define NEXT(name)                                                             \
    static __typeof__(&name) next;                                             \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

void *malloc(size_t n)
{
    NEXT(malloc);
    return is_struck(ENOMEM) ? NULL : next(n);
}

void *calloc(size_t n, size_t size)
{
    NEXT(calloc);
    return is_struck(ENOMEM) ? NULL : next(n, size);
}

void *realloc(void *p, size_t n)
{
    NEXT(realloc);
    return is_struck(ENOMEM) ? NULL : next(p, n);
}

void *reallocarray(void *p, size_t n, size_t size)
{
    NEXT(reallocarray);
    return is_struck(ENOMEM) ? NULL : next(p, n, size);
}

int posix_memalign(void **p, size_t align, size_t n)
{
    NEXT(posix_memalign);
    return is_struck(ENOMEM) ? ENOMEM : next(p, align, n);
}

void *aligned_alloc(size_t align, size_t n)
{
    NEXT(aligned_alloc);
    return is_struck(ENOMEM) ? NULL : next(align, n);
}

void *mmap(void *at, size_t n, int access, int flags, int fd, off_t offset)
{
    NEXT(mmap);
    return is_struck(ENOMEM) ? MAP_FAILED : next(at, n, access, flags, fd, offset);
}

pid_t fork(void)
{
    NEXT(fork);
    return is_struck(ENOMEM) ? -1 : next();
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                   void *(*start)(void *), void *to)
{
    NEXT(pthread_create);
    return is_struck(EAGAIN) ? EAGAIN : next(thread, attr, start, to);
}
