/* probe.c - see probe.h.
 *
 *   us:     fork -------- read verdicts ------------> wait
 *   child:      load 0, tell; load 1, tell; ...; exit
 *
 * One child tries all files: a child for each would cost ten times as much.
 * The first file without a verdict is the one that ended the child; it is
 * refused, and another child goes on behind it.  [main], before any thread. */
#include "plugin/probe.h"
#include "base/file.h"
#include "base/trust.h"
#include "plugin/describe.h"
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOAD_TIMEOUT_MS = 10000 }; /* for one file; loading takes a few */

/* ---- from outside ---- */

/* Our own ELF header, which the linker puts at the start of the image. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static const char *machine_name(unsigned machine, char *out, size_t cap)
{
    static const struct {
        unsigned machine;
        const char *name;
    } names[] = {
        { EM_X86_64, "x86-64" },   { EM_386, "x86 (32 bit)" },
        { EM_AARCH64, "aarch64" }, { EM_ARM, "arm (32 bit)" },
        { EM_RISCV, "riscv" },     { EM_PPC64, "ppc64" },
        { EM_PPC, "ppc" },         { EM_S390, "s390" },
        { EM_MIPS, "mips" },       { EM_SPARCV9, "sparc64" },
    };
    for (size_t i = 0; i < WQ_LEN(names); i++)
        if (names[i].machine == machine) return names[i].name;
    text_format(out, cap, "machine %u", machine);
    return out;
}

/* What the system says of a file: that no plugin can be had of it, or, if a disk
 * fails or there are no descriptors, nothing of it at all. */
static int cannot_look(int why, struct err *e)
{
    int code = err_code(why, why == EIO ? EX_IO : EX_NO_PLUGIN);
    return err_set(e, code == EX_NO_PERM ? EX_NO_PLUGIN : code, "%s",
                   strerror(why));
}

static int check_elf(const char *file, struct err *e)
{
    ElfW(Ehdr) head = { 0 };
    char theirs[32], ours[32];
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return cannot_look(errno, e);
    ptrdiff_t n = file_read_at(fd, &head, sizeof head, 0);
    int why = errno;
    close(fd);
    if (n < 0) return cannot_look(why, e);
    if (n < EI_NIDENT + 4 || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return err_set(e, EX_NO_PLUGIN, "it is no shared object (not ELF)");
    if (head.e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA])
        return err_set(e, EX_NO_PLUGIN, "it is built for a machine of the "
                       "other byte order; build it here");
    if (head.e_machine != __ehdr_start.e_machine
        || head.e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS])
        return err_set(e, EX_NO_PLUGIN, "it is built for %s, this warraq for "
                       "%s; build it here",
                       machine_name(head.e_machine, theirs, sizeof theirs),
                       machine_name(__ehdr_start.e_machine, ours, sizeof ours));
    if (head.e_type != ET_DYN)
        return err_set(e, EX_NO_PLUGIN, "it is ELF, but no shared object; link "
                       "it with -shared");
    return 0;
}

int probe_file(const char *file, struct err *e)
{
    struct stat st;
    if (stat(file, &st) < 0) return cannot_look(errno, e);
    if (!S_ISREG(st.st_mode))
        return err_set(e, EX_NO_PLUGIN, "it is no regular file");
    if (trust_check(file, TRUST_HOLDER, e) < 0) {
        if (e->code == EX_NO_PERM) e->code = EX_NO_PLUGIN;
        return -1;
    }
    return check_elf(file, e);
}

/* ---- loading ---- */

/* dlopen's own words, without the file that every message names anyway, and
 * what to do about the commonest causes. */
static int dlopen_error(const char *file, int error, struct err *e)
{
    static const struct {
        const char *words, *advice;
    } causes[] = {
        { "undefined symbol", "a library it needs was not linked (-lNAME), or "
          "it calls something of the core, which plugins reach through "
          "wq_host" },
        { "cannot open shared object", "install that library" },
        { "file too short", "the file is cut off: build or copy it again" },
        { "cannot read file data", "the file is cut off: build or copy it "
          "again" },
    };
    const char *why = dlerror();
    size_t n = strlen(file);
    if (!why) why = "dlopen gives no reason";
    if (error == ENOMEM || strstr(why, strerror(ENOMEM)))
        return err_no_memory(e);
    if (strncmp(why, file, n) == 0 && strncmp(why + n, ": ", 2) == 0)
        why += n + 2;
    for (size_t i = 0; i < WQ_LEN(causes); i++)
        if (strstr(why, causes[i].words))
            return err_set(e, EX_NO_PLUGIN, "%s; %s", why, causes[i].advice);
    return err_set(e, EX_NO_PLUGIN, "%s", why);
}

int probe_load(const char *file, struct arena *arena, struct plugin *out,
               struct err *e)
{
    errno = 0; /* malloc's; the loader does not always say that it failed */
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlopen_error(file, errno, e);
    const wq_plugin *desc = dlsym(library, "warraq_plugin");
    if (!desc)
        return err_set(e, EX_NO_PLUGIN, "it has no symbol \"warraq_plugin\"; "
                       "end its source with WQ_PLUGIN, and export that symbol");
    return plugin_describe(desc, arena, out, e); /* stays open for ever */
}

/* ---- in a child ---- */

struct verdict { /* smaller than PIPE_BUF: written in one piece */
    size_t index;
    int rc;
    struct err why;
};
_Static_assert(sizeof(struct verdict) <= 4096, "PIPE_BUF of Linux");

/* The child's life: from the first file on, one verdict each. */
static void child_main(const struct plugin *list, size_t from, size_t n, int fd)
{
    struct arena arena = { 0 };
    const struct rlimit no_core = { 0, 0 };
    setrlimit(RLIMIT_CORE, &no_core);
    /* A sanitizer's handlers would turn the signal into an exit code. */
    static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
    for (size_t i = 0; i < WQ_LEN(crashes); i++) signal(crashes[i], SIG_DFL);
    int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        dup2(null, 0); /* what a constructor prints is not our output */
        dup2(null, 1);
        dup2(null, 2);
    }
    for (size_t i = from; i < n; i++) {
        if (list[i].refused) continue;
        struct plugin p = { 0 };
        struct verdict v = { .index = i };
        v.rc = probe_load(list[i].file, &arena, &p, &v.why);
        if (file_write(fd, &v, sizeof v) < 0) _exit(1);
    }
    _exit(0);
}

enum { HANGS = -1, LOST = -2 };

/* Reads one verdict.  1: read; 0: the child has ended; HANGS; LOST: errno says
 * why none can be read. */
static int read_verdict(int fd, struct verdict *v)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    int rc;
    do rc = poll(&p, 1, LOAD_TIMEOUT_MS);
    while (rc < 0 && errno == EINTR);
    if (rc == 0) return HANGS;
    ssize_t n;
    do n = read(fd, v, sizeof *v);
    while (n < 0 && errno == EINTR);
    return n < 0 ? LOST : n == (ssize_t)sizeof *v;
}

static void refuse(struct plugin *p, const struct err *why)
{
    p->refused = true;
    p->why = *why;
}

/* Why a child ended without a verdict. */
static void refuse_for_death(struct plugin *p, int status, bool hung)
{
    struct err e = { 0 };
    if (hung)
        err_set(&e, EX_NO_PLUGIN, "loading it takes longer than %d s",
                LOAD_TIMEOUT_MS / 1000);
    else if (WIFSIGNALED(status))
        err_set(&e, EX_NO_PLUGIN, "loading it crashes (SIG%s)",
                sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status))
                                               : "?");
    else
        err_set(&e, EX_NO_PLUGIN, "loading it ends the program (exit %d)",
                WEXITSTATUS(status));
    refuse(p, &e);
}

/* Tries files from `from` on in one child.  Returns the first that is still
 * without a verdict, n if there is none, or (size_t)-1 with e.  SIGKILL comes
 * from outside (the kernel, short of memory; an operator) and says nothing of the
 * file that was being tried, unless that is `again`, tried for the second time. */
static size_t probe_from(struct plugin *list, size_t from, size_t n,
                         size_t again, struct err *e)
{
    int pipe_fd[2], status = 0, got;
    struct verdict v;
    if (pipe2(pipe_fd, O_CLOEXEC) < 0)
        return (size_t)err_set(e, EX_NO_MEMORY, "pipe: %s", strerror(errno));
    fflush(NULL); /* a constructor that calls exit would flush it again */
    pid_t child = fork();
    if (child == 0) {
        close(pipe_fd[0]);
        child_main(list, from, n, pipe_fd[1]);
    }
    int why = errno;
    close(pipe_fd[1]);
    if (child < 0) {
        close(pipe_fd[0]);
        return (size_t)err_set(e, EX_NO_MEMORY, "fork: %s", strerror(why));
    }
    size_t next = from;
    while ((got = read_verdict(pipe_fd[0], &v)) == 1) {
        if (v.index >= n) break;
        if (v.rc < 0) refuse(&list[v.index], &v.why);
        next = v.index + 1;
    }
    why = errno;
    close(pipe_fd[0]);
    if (got < 0) kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (got == LOST)
        return (size_t)err_set(e, err_code(why, EX_IO), "pipe: %s", strerror(why));
    while (next < n && list[next].refused) next++;
    bool was_killed = got != HANGS && WIFSIGNALED(status)
                      && WTERMSIG(status) == SIGKILL;
    if (next < n && (!was_killed || next == again))
        refuse_for_death(&list[next], status, got == HANGS);
    return next;
}

int probe_all(struct plugin *list, size_t n, struct err *e)
{
    size_t at = 0, again = n;
    while (at < n && list[at].refused) at++;
    while (at < n) {
        at = probe_from(list, at, n, again, e);
        if (at == (size_t)-1) return -1;
        again = at;
        while (at < n && list[at].refused) at++;
    }
    return 0;
}
