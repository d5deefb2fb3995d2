/* sandbox.c - see sandbox.h.
 *
 * The filter is a plain list, two instructions a call, some more a rule:
 *
 *   load arch; if not ours: kill      (32-bit calls have other numbers)
 *   load nr
 *   if nr is read: allow
 *   if nr is mmap: load argument 2; if it does not ask for X: allow; load nr
 *   ...
 *   EPERM
 *
 * Calls of the x32 ABI have numbers of their own and end at EPERM.  The kernel
 * remembers which calls are always allowed and does not come here for those. */
#include "run/sandbox.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int cannot(const char *what, struct err *e)
{
    return err_set(e, EX_NO_PLUGIN, "`sandbox: true` cannot be had here: %s: %s",
                   what, strerror(errno));
}

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH

/* ---- files: Landlock ---- */

/* By version of the interface (linux/landlock.h; older headers lack the later
 * ones).  What a kernel does not know it must not be asked for. */
enum {
    FS_ALL_1 = (1 << 13) - 1,  /* execute .. make_sym */
    FS_REFER_2 = 1 << 13,
    FS_TRUNCATE_3 = 1 << 14,
    NET_TCP_4 = 3,
    FS_IOCTL_DEV_5 = 1 << 15,
    SCOPE_ALL_6 = 3            /* abstract sockets, signals */
};

/* struct landlock_ruleset_attr as of version 6. */
struct ruleset {
    uint64_t files, network, scoped;
};

enum {
    MAY_READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    MAY_WRITE = MAY_READ | LANDLOCK_ACCESS_FS_WRITE_FILE
                | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR
                | LANDLOCK_ACCESS_FS_REMOVE_FILE
                | LANDLOCK_ACCESS_FS_REMOVE_DIR | FS_REFER_2 | FS_TRUNCATE_3,
    /* What may be said of something that is no folder. */
    OF_FILES = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE
               | FS_TRUNCATE_3
};

/* What libraries open when they need it: tables, time zones; sanitizers and the C
 * library ask where their own memory is.  No more of /proc/self: it has the
 * environment, and all memory as a file. */
static const struct sandbox_path of_the_system[] = {
    { "/lib", false },       { "/lib64", false },
    { "/usr/lib", false },   { "/usr/lib64", false },
    { "/usr/local/lib", false },
    { "/usr/share", false }, { "/etc/ld.so.cache", false },
    { "/etc/localtime", false },
    { "/dev/urandom", false }, { "/dev/zero", false },
    { "/dev/null", true },
    { "/proc/self/maps", false }, { "/proc/self/statm", false },
    { "/proc/self/status", false }, { "/sys/devices/system/cpu", false },
};

static int landlock_version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
                        LANDLOCK_CREATE_RULESET_VERSION);
}

static uint64_t known_files(int version)
{
    uint64_t all = FS_ALL_1;
    if (version >= 2) all |= FS_REFER_2;
    if (version >= 3) all |= FS_TRUNCATE_3;
    if (version >= 5) all |= FS_IOCTL_DEV_5;
    return all;
}

static int new_ruleset(int version, struct err *e)
{
    const struct ruleset all = {
        .files = known_files(version),
        .network = version >= 4 ? NET_TCP_4 : 0,
        .scoped = version >= 6 ? SCOPE_ALL_6 : 0,
    };
    size_t size = version >= 6 ? sizeof all
                  : version >= 4 ? offsetof(struct ruleset, scoped)
                                 : offsetof(struct ruleset, network);
    int fd = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
    return fd < 0 ? cannot("Landlock", e) : fd;
}

static int allow_path(int ruleset, int version, const struct sandbox_path *p,
                      struct err *e)
{
    struct stat st;
    int fd = open(p->path, O_PATH | O_CLOEXEC);
    if (fd < 0 && !p->is_written) return 0; /* who opens it says what is wrong */
    int rc = fd < 0 ? -1 : fstat(fd, &st);
    if (rc == 0) {
        uint64_t may = p->is_written ? MAY_WRITE : MAY_READ;
        if (!S_ISDIR(st.st_mode)) may &= OF_FILES;
        const struct landlock_path_beneath_attr rule = {
            .allowed_access = may & known_files(version), .parent_fd = fd };
        rc = (int)syscall(SYS_landlock_add_rule, ruleset,
                          LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    int saved = errno;
    if (fd >= 0) close(fd);
    if (rc == 0) return 0;
    return err_set(e, EX_CANT_CREATE, "sandbox: cannot allow %s: %s", p->path,
                   strerror(saved));
}

static int allow_paths(int ruleset, int version,
                       const struct sandbox_path *paths, size_t n,
                       struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (allow_path(ruleset, version, &paths[i], e) < 0) return -1;
    return 0;
}

static int shut_files(const struct sandbox *what, int version, struct err *e)
{
    int ruleset = new_ruleset(version, e), rc = 0;
    if (ruleset < 0) return -1;
    if (what->strength == SANDBOX_RUN
        && (allow_paths(ruleset, version, of_the_system,
                        WQ_LEN(of_the_system), e) < 0
            || allow_paths(ruleset, version, what->paths, what->n_paths, e) < 0))
        rc = -1;
    else if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
        rc = cannot("Landlock", e);
    close(ruleset);
    return rc;
}

/* ---- system calls: seccomp ---- */

/* Calls that are allowed whatever their arguments. */
static const unsigned calls[] = {
    /* what is open */
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64,
    SYS_lseek, SYS_close, SYS_fstat, SYS_dup, SYS_dup3, SYS_ppoll,
    SYS_pselect6, SYS_pipe2, SYS_eventfd2, SYS_epoll_create1, SYS_epoll_ctl,
    SYS_epoll_pwait,
    /* memory */
    SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_msync, SYS_mincore,
    SYS_membarrier,
    /* threads */
    SYS_futex, SYS_set_robust_list, SYS_get_robust_list, SYS_rseq,
    SYS_set_tid_address, SYS_sched_yield, SYS_sched_getaffinity, SYS_getcpu,
    SYS_exit, SYS_exit_group, SYS_restart_syscall,
    /* signals */
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigpending,
    SYS_rt_sigtimedwait, SYS_rt_sigsuspend, SYS_sigaltstack, SYS_wait4,
    SYS_waitid,
    /* time, chance, oneself */
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep,
    SYS_gettimeofday, SYS_times, SYS_getrusage, SYS_getrandom, SYS_uname,
    SYS_sysinfo, SYS_getpid, SYS_getppid, SYS_gettid, SYS_getpgid, SYS_getuid,
    SYS_geteuid, SYS_getgid, SYS_getegid,
#ifdef __x86_64__
    SYS_poll, SYS_select, SYS_epoll_wait, SYS_dup2, SYS_pipe, SYS_time,
    SYS_getrlimit, SYS_getpgrp,
#endif
};

/* Those with paths, of which Landlock knows.  Not chmod, chown, utime, setxattr
 * and chdir, of which it does not. */
static const unsigned file_calls[] = {
    SYS_newfstatat, SYS_statx, SYS_fstatfs, SYS_statfs, SYS_faccessat,
    SYS_faccessat2, SYS_readlinkat, SYS_getcwd, SYS_getdents64, SYS_renameat,
    SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_ftruncate, SYS_fallocate,
    SYS_fsync, SYS_fdatasync, SYS_syncfs, SYS_sync_file_range, SYS_flock,
    SYS_fadvise64, SYS_readahead, SYS_copy_file_range, SYS_sendfile,
    SYS_truncate, SYS_umask,
#ifdef __x86_64__
    SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_getdents, SYS_rename,
    SYS_unlink, SYS_mkdir, SYS_rmdir,
#endif
};

/* Calls with some arguments; a call may have several rules, the first that holds
 * decides. */
enum test {
    IF_ALL,    /* the argument has all bits of value[0] */
    IF_NONE,   /* it has none of them                   */
    IF_ONE_OF, /* it is one of value[]                  */
    IF_OURSELF /* it is our process id                  */
};
enum { MAX_VALUES = 16 };

struct rule {
    unsigned call, argument;
    enum test test;
    uint32_t value[MAX_VALUES]; /* 0 ends them, unless it is the first */
};

/* Of newer headers, or with types that are not defined here. */
enum { OFD_GETLK = 36, OFD_SETLK, OFD_SETLKW, SET_VMA = 0x53564D41 };
#define GET_TERMIOS2 0x802C542Au

static const struct rule rules[] = {
    /* Not F_SETOWN: it sends signals. */
    { SYS_fcntl, 1, IF_ONE_OF,
      { F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW,
        OFD_GETLK, OFD_SETLK, OFD_SETLKW, F_DUPFD_CLOEXEC } },
    /* Not TIOCSTI: it types for the user. */
    { SYS_ioctl, 1, IF_ONE_OF,
      { TCGETS, GET_TERMIOS2, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX } },
    /* No new code, be it from a file: the run has written some.  So no library
     * is loaded either. */
    { SYS_mmap, 2, IF_NONE, { PROT_EXEC } },
    { SYS_mprotect, 2, IF_NONE, { PROT_EXEC } },
    { SYS_clone, 0, IF_ALL, { CLONE_THREAD } },
    { SYS_kill, 0, IF_OURSELF, { 0 } },
    { SYS_tgkill, 0, IF_OURSELF, { 0 } },
    { SYS_prlimit64, 0, IF_ONE_OF, { 0 } },
    /* Not PR_SET_PDEATHSIG: with its parent the run ends. */
    { SYS_prctl, 0, IF_ONE_OF, { PR_SET_NAME, PR_GET_NAME, SET_VMA } },
};

/* Files are made without set-user-ID and its like.  The mode means something only
 * where a file may be made; else the register holds anything. */
enum {
    MAKES = O_CREAT | (O_TMPFILE & ~O_DIRECTORY),
    SPECIAL = S_ISUID | S_ISGID | S_ISVTX
};
static const struct rule file_rules[] = {
    { SYS_openat, 2, IF_NONE, { MAKES } },
    { SYS_openat, 3, IF_NONE, { SPECIAL } },
#ifdef __x86_64__
    { SYS_open, 1, IF_NONE, { MAKES } },
    { SYS_open, 2, IF_NONE, { SPECIAL } },
#endif
    { SYS_fchmod, 1, IF_NONE, { SPECIAL } },
};

/* Before version 3 Landlock knows nothing of truncation: these are refused. */
static const struct rule truncations[] = {
    { SYS_openat, 2, IF_ALL, { O_TRUNC } },
#ifdef __x86_64__
    { SYS_open, 1, IF_ALL, { O_TRUNC } },
#endif
    { SYS_truncate, 0, IF_NONE, { 0 } },
};

#define REFUSED (SECCOMP_RET_ERRNO | EPERM)

enum { MAX_CODE = 1024 }; /* two a call, some more a rule; the kernel takes 4096 */
struct code {
    struct sock_filter op[MAX_CODE];
    size_t n;
};

static void emit(struct code *c, unsigned what, uint32_t k, size_t if_true,
                 size_t if_false)
{
    if (c->n < MAX_CODE)
        c->op[c->n++] = (struct sock_filter){
            (uint16_t)what, (uint8_t)if_true, (uint8_t)if_false, k };
}

static void answer(struct code *c, uint32_t action)
{
    emit(c, BPF_RET | BPF_K, action, 0, 0);
}

static void add_calls(struct code *c, const unsigned *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        emit(c, BPF_JMP | BPF_JEQ | BPF_K, list[i], 0, 1);
        answer(c, SECCOMP_RET_ALLOW);
    }
}

static void load_number(struct code *c)
{
    emit(c, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
}

/* How far `if call is not this one: skip` goes is known at the end.  What follows
 * finds the call's number where it was. */
static void add_rule(struct code *c, const struct rule *rule, uint32_t action)
{
    const uint32_t *v = rule->value;
    size_t start = c->n, n = 1;
    emit(c, BPF_JMP | BPF_JEQ | BPF_K, rule->call, 0, 0);
    /* Little-endian: the low half of the 64 bits comes first, and the kernel
     * looks at no more of these arguments. */
    emit(c, BPF_LD | BPF_W | BPF_ABS,
         (uint32_t)(offsetof(struct seccomp_data, args)
                    + rule->argument * sizeof(uint64_t)), 0, 0);
    switch (rule->test) {
    case IF_ALL:
        emit(c, BPF_ALU | BPF_AND | BPF_K, v[0], 0, 0);
        emit(c, BPF_JMP | BPF_JEQ | BPF_K, v[0], 0, 1);
        break;
    case IF_NONE:
        emit(c, BPF_JMP | BPF_JSET | BPF_K, v[0], 1, 0);
        break;
    case IF_ONE_OF:
        while (n < MAX_VALUES && v[n]) n++;
        for (size_t i = 0; i < n; i++)
            emit(c, BPF_JMP | BPF_JEQ | BPF_K, v[i], n - 1 - i, i == n - 1);
        break;
    case IF_OURSELF:
        emit(c, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1);
        break;
    }
    answer(c, action);
    load_number(c);
    if (c->n < MAX_CODE) c->op[start].jf = (uint8_t)(c->n - start - 1);
}

static void add_rules(struct code *c, const struct rule *list, size_t n,
                      uint32_t action)
{
    for (size_t i = 0; i < n; i++) add_rule(c, &list[i], action);
}

static void write_filter(struct code *c, const struct sandbox *what,
                         int version)
{
    emit(c, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
    emit(c, BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
    answer(c, SECCOMP_RET_KILL_PROCESS);
    load_number(c);
    add_calls(c, calls, WQ_LEN(calls));
    add_rules(c, rules, WQ_LEN(rules), SECCOMP_RET_ALLOW);
    if (what->strength == SANDBOX_RUN) {
        if (version < 3)
            add_rules(c, truncations, WQ_LEN(truncations), REFUSED);
        add_calls(c, file_calls, WQ_LEN(file_calls));
        add_rules(c, file_rules, WQ_LEN(file_rules), SECCOMP_RET_ALLOW);
    }
    /* Its flags lie in memory, where a filter cannot look: the C library then
     * takes clone. */
    emit(c, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
    answer(c, SECCOMP_RET_ERRNO | ENOSYS);
    answer(c, REFUSED);
}

static int shut_calls(const struct sandbox *what, int version, struct err *e)
{
    struct code c = { .n = 0 };
    write_filter(&c, what, version);
    if (c.n == MAX_CODE)
        return err_set(e, EX_INTERNAL, "the sandbox's filter is too long");
    const struct sock_fprog program = { (unsigned short)c.n, c.op };
    long rc = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                      SECCOMP_FILTER_FLAG_TSYNC, &program);
    if (rc > 0) errno = EBUSY; /* a thread that has another filter */
    return rc == 0 ? 0 : cannot("seccomp", e);
}

/* ---- both ---- */

#ifdef __SANITIZE_THREAD__
#define HAS_ITS_OWN_THREAD true
#else
#define HAS_ITS_OWN_THREAD false
#endif

/* A thread that a plugin started would stay outside. */
static int check_alone(struct err *e)
{
    struct stat st; /* a folder has two links, and one from each below */
    if (HAS_ITS_OWN_THREAD) return 0;
    if (stat("/proc/self/task", &st) < 0)
        return cannot("/proc/self/task, which tells of threads", e);
    if (st.st_nlink <= 3) return 0;
    return err_set(e, EX_NO_PLUGIN, "a plugin has started threads before the "
                   "run: they cannot be shut in; leave `sandbox` or that "
                   "plugin out");
}

int sandbox_enter(const struct sandbox *what, struct err *e)
{
    int version = landlock_version();
    if (version < 1) return cannot("this kernel has no Landlock", e);
    if (version < 2 && what->moves) {
        errno = EXDEV;
        return cannot("this kernel's Landlock lets no file change its folder", e);
    }
    if (check_alone(e) < 0) return -1;
    tzset(); /* reads its file while it can be read */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return cannot("no_new_privs", e);
    if (shut_files(what, version, e) < 0) return -1;
    return shut_calls(what, version, e);
}

#else /* other machines have other numbers */
int sandbox_enter(const struct sandbox *what, struct err *e)
{
    (void)what;
    errno = ENOSYS;
    return cannot("it is written for x86-64 and aarch64", e);
}
#endif
