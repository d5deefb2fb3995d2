/* alloc.c - makes one allocation of a program fail, or all from one on.
 *
 *   LD_PRELOAD=alloc.so ALLOC_FAIL=N COMMAND...     the N-th fails
 *   LD_PRELOAD=alloc.so ALLOC_FAIL=N+ COMMAND...    it and all that follow
 *
 *   ALLOC_WHAT=files   not allocations fail, but looks at files: ALLOC_ERROR says
 *                      how (5, EIO); what is mapped is both
 *   ALLOC_SHORT=1      every read and write is interrupted, then does half
 *   ALLOC_COUNT=FILE   holds how many there were, 8 bytes in the machine's order
 *   ALLOC_SHOW=1       the calls that led to the first failure, on descriptor 2
 *
 * What counts as an allocation: malloc and its kind, whoever calls it (libc,
 * SQLite, the loader of plugins), mmap, fork, and a thread made; as a look: open,
 * read and stat by others than libc.  The program and what it forks are counted
 * as one, in the order of time; what they execute is not. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    _Atomic uint64_t *count; /* shared with what is forked; NULL: not set up */
    uint64_t at;             /* 0: none fails */
    int and_on, show, is_short;
    enum what { MEMORY, FILES } what;
    int error; /* of a look */
} plan;

static void set_up(void)
{
    if (!environ) return; /* a sanitizer is earlier than libc */
    const char *at = getenv("ALLOC_FAIL"), *file = getenv("ALLOC_COUNT");
    char *end = NULL;
    /* None of ours is called: they are not set up. */
    int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file,
                                 O_RDWR | O_CREAT | O_CLOEXEC, 0666)
                  : -1;
    if (fd >= 0 && ftruncate(fd, sizeof *plan.count) < 0) abort();
    long p = syscall(SYS_mmap, NULL, sizeof *plan.count, PROT_READ | PROT_WRITE,
                     fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0L);
    if (p == -1) abort();
    if (fd >= 0) close(fd);
    plan.at = at ? strtoull(at, &end, 10) : 0;
    plan.and_on = end && *end == '+';
    plan.show = getenv("ALLOC_SHOW") != NULL;
    plan.is_short = getenv("ALLOC_SHORT") != NULL;
    const char *what = getenv("ALLOC_WHAT"), *error = getenv("ALLOC_ERROR");
    plan.what = what && strcmp(what, "files") == 0 ? FILES : MEMORY;
    plan.error = error ? atoi(error) : EIO;
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

static int is_struck(enum what what, int error)
{
    if (!plan.count) set_up();
    if (!plan.count || plan.what != what) return 0;
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

static int look_fails(void)
{
    if (!plan.count) set_up();
    return is_struck(FILES, plan.error);
}

/* The function behind ours: libc's, or a sanitizer's. */
#define NEXT(name)                                                             \
    static __typeof__(&name) next;                                             \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

void *malloc(size_t n)
{
    NEXT(malloc);
    return is_struck(MEMORY, ENOMEM) ? NULL : next(n);
}

void *calloc(size_t n, size_t size)
{
    NEXT(calloc);
    return is_struck(MEMORY, ENOMEM) ? NULL : next(n, size);
}

void *realloc(void *p, size_t n)
{
    NEXT(realloc);
    return is_struck(MEMORY, ENOMEM) ? NULL : next(p, n);
}

void *reallocarray(void *p, size_t n, size_t size)
{
    NEXT(reallocarray);
    return is_struck(MEMORY, ENOMEM) ? NULL : next(p, n, size);
}

int posix_memalign(void **p, size_t align, size_t n)
{
    NEXT(posix_memalign);
    return is_struck(MEMORY, ENOMEM) ? ENOMEM : next(p, align, n);
}

void *aligned_alloc(size_t align, size_t n)
{
    NEXT(aligned_alloc);
    return is_struck(MEMORY, ENOMEM) ? NULL : next(align, n);
}

void *mmap(void *at, size_t n, int access, int flags, int fd, off_t offset)
{
    NEXT(mmap);
    if (is_struck(MEMORY, ENOMEM) || is_struck(FILES, plan.error))
        return MAP_FAILED;
    return next(at, n, access, flags, fd, offset);
}

pid_t fork(void)
{
    NEXT(fork);
    return is_struck(MEMORY, ENOMEM) ? -1 : next();
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                   void *(*start)(void *), void *to)
{
    NEXT(pthread_create);
    return is_struck(MEMORY, EAGAIN) ? EAGAIN : next(thread, attr, start, to);
}

/* ---- files ---- */

static mode_t mode_of(int flags, va_list args)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

#define OPEN(name)                                                             \
    int name(const char *path, int flags, ...)                                 \
    {                                                                          \
        va_list args;                                                          \
        NEXT(name);                                                            \
        va_start(args, flags);                                                 \
        mode_t mode = mode_of(flags, args);                                    \
        va_end(args);                                                          \
        return look_fails() ? -1 : next(path, flags, mode);                    \
    }
#define OPENAT(name)                                                           \
    int name(int folder, const char *path, int flags, ...)                     \
    {                                                                          \
        va_list args;                                                          \
        NEXT(name);                                                            \
        va_start(args, flags);                                                 \
        mode_t mode = mode_of(flags, args);                                    \
        va_end(args);                                                          \
        return look_fails() ? -1 : next(folder, path, flags, mode);            \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

#define STAT(name, type, what)                                                 \
    int name(what, struct type *out)                                           \
    {                                                                          \
        NEXT(name);                                                            \
        return look_fails() ? -1 : next(of, out);                              \
    }
STAT(stat, stat, const char *of)
STAT(stat64, stat64, const char *of)
STAT(lstat, stat, const char *of)
STAT(lstat64, stat64, const char *of)
STAT(fstat, stat, int of)
STAT(fstat64, stat64, int of)

/* Every second call is interrupted; of what is asked of a file, half is done.
 * (What goes through pipes may have to stay in one piece.) */
static int is_interrupted(int fd, size_t *n)
{
    static _Atomic int turn;
    struct stat st;
    if (!plan.count) set_up();
    if (!plan.is_short) return 0;
    if (syscall(SYS_fstat, fd, &st) == 0 && S_ISREG(st.st_mode)) *n -= *n / 2;
    errno = EINTR;
    return atomic_fetch_add(&turn, 1) % 2;
}

#define MOVE(name, fails, params, ...)                                         \
    ssize_t name params                                                        \
    {                                                                          \
        NEXT(name);                                                            \
        return fails || is_interrupted(fd, &n) ? -1 : next(__VA_ARGS__);           \
    }
MOVE(read, look_fails(), (int fd, void *p, size_t n), fd, p, n)
MOVE(pread, look_fails(), (int fd, void *p, size_t n, off_t at), fd, p, n, at)
MOVE(pread64, look_fails(), (int fd, void *p, size_t n, off64_t at), fd, p, n,
     at)
MOVE(write, 0, (int fd, const void *p, size_t n), fd, p, n)
MOVE(pwrite, 0, (int fd, const void *p, size_t n, off_t at), fd, p, n, at)
MOVE(pwrite64, 0, (int fd, const void *p, size_t n, off64_t at), fd, p, n, at)
