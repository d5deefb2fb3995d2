/* sandbox_test.c - what a process that is shut in may still do, and what not. */
#include "run/sandbox.h"
#include "base/str.h"
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int version; /* of Landlock: 1 lets no file change its folder */
static char folder[] = "/tmp/warraq-sandbox.XXXXXX";

/* ---- what is tried: 0, or the errno that it ended with ---- */

static int result(long rc)
{
    return rc < 0 ? errno : 0;
}

static int try_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    int rc = result(fd);
    if (fd >= 0) close(fd);
    return rc;
}

static int read_passwd(void) { return try_open("/etc/passwd", O_RDONLY); }
static int list_root(void) { return try_open("/", O_RDONLY | O_DIRECTORY); }
static int read_input(void) { return try_open("in", O_RDONLY); }
static int write_input(void) { return try_open("in", O_WRONLY); }
static int cut_input(void) { return try_open("in", O_RDONLY | O_TRUNC); }
static int cut_input_by_name(void) { return result(truncate("in", 0)); }
static int remove_input(void) { return result(unlink("in")); }
static int make_beside(void) { return try_open("x", O_WRONLY | O_CREAT); }
static int make_output(void)
{
    return try_open("out/x", O_WRONLY | O_CREAT | O_EXCL);
}
static int make_folder(void)
{
    int rc = result(mkdir("out/new", 0700));
    return rc ? rc : try_open("out/new/x", O_WRONLY | O_CREAT | O_EXCL);
}
static int rename_output(void)
{
    int rc = try_open("out/a", O_WRONLY | O_CREAT | O_EXCL);
    return rc ? rc : result(rename("out/a", "out/b"));
}
static int move_output_away(void)
{
    int rc = try_open("out/c", O_WRONLY | O_CREAT | O_EXCL);
    return rc ? rc : result(rename("out/c", "c"));
}
static int move_output_down(void)
{
    int rc = try_open("out/d", O_WRONLY | O_CREAT | O_EXCL);
    if (!rc) rc = result(mkdir("out/below", 0700));
    return rc ? rc : result(rename("out/d", "out/below/d"));
}
static int link_passwd(void) { return result(link("/etc/passwd", "out/p")); }
static int link_by_name(void) { return result(symlink("/etc", "out/s")); }
static int make_pipe(void) { return result(mkfifo("out/f", 0600)); }
static int change_mode(void) { return result(chmod("out", 0777)); }
static int make_with(int flags, mode_t mode)
{
    int fd = open(flags & O_DIRECTORY ? "out" : "out/m", flags | O_CLOEXEC, mode);
    int rc = result(fd);
    if (fd >= 0) close(fd);
    unlink("out/m");
    return rc;
}
static int make_setuid(void)
{
    return make_with(O_WRONLY | O_CREAT | O_EXCL, 04755);
}
static int make_setgid_without_name(void)
{
    return make_with(O_WRONLY | O_TMPFILE, 02755);
}
static int open_without_mode(void) /* what is there is not looked at */
{
    long fd = syscall(SYS_openat, AT_FDCWD, "in", O_RDONLY | O_CLOEXEC, 07777);
    if (fd >= 0) close((int)fd);
    return result(fd);
}
static int change_mode_to(mode_t mode)
{
    int fd = open("out/m", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int rc = fd < 0 ? errno : result(fchmod(fd, mode));
    if (fd >= 0) close(fd);
    unlink("out/m");
    return rc;
}
static int share_output(void) { return change_mode_to(0644); }
static int make_output_setuid(void) { return change_mode_to(04755); }
static int change_owner(void) { return result(chown("out", 1, 1)); }
static int read_libraries(void) { return try_open("/usr/lib", O_RDONLY); }
static int write_null(void) { return try_open("/dev/null", O_RDWR); }
static int read_memory_of_parent(void)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
    return try_open(path, O_RDONLY);
}

static int make_socket(void) { return result(socket(AF_INET, SOCK_STREAM, 0)); }
static int make_local_socket(void)
{
    return result(socket(AF_UNIX, SOCK_DGRAM, 0));
}
static int make_sockets(void)
{
    int pair[2];
    return result(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}
static int run_program(void)
{
    char *argv[] = { (char *)(uintptr_t)"true", NULL };
    return result(execve("/bin/true", argv, NULL));
}
static int fork_process(void)
{
    pid_t child = fork();
    if (child == 0) _exit(0);
    return result(child);
}
static int clone_process(void)
{
    long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) _exit(0);
    return result(child);
}
static int clone_with_3(void) { return result(syscall(SYS_clone3, NULL, 0)); }
static int trace_parent(void)
{
    return result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}
static int read_parent(void)
{
    char byte;
    struct iovec mine = { &byte, 1 }, theirs = { &mine, 1 };
    return result(process_vm_readv(getppid(), &mine, 1, &theirs, 1, 0));
}
static int signal_parent(void) { return result(kill(getppid(), 0)); }
static int signal_oneself(void) { return result(kill(getpid(), 0)); }
static int signal_everyone(void) { return result(kill(-1, 0)); }
static int become_another(void) { return result(setuid(getuid())); }
static int use_a_ring(void)
{
    return result(syscall(425 /* io_uring_setup */, 1, NULL));
}
static int load_bpf(void) { return result(syscall(SYS_bpf, 0, NULL, 0)); }
static int watch_faults(void) { return result(syscall(SYS_userfaultfd, 0)); }
static int use_keys(void) { return result(syscall(SYS_keyctl, 0, 0, 0)); }
static int open_perf(void)
{
    return result(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0));
}
static int mount_it(void)
{
    return result(syscall(SYS_mount, "x", "out", "tmpfs", 0, NULL));
}
static int make_namespace(void) { return result(syscall(SYS_unshare, 0)); }
static int memory_to_run(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}
static int memory_made_to_run(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? errno
                           : result(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}
static int run_a_file(void)
{
    int fd = open("out/code", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return errno;
    int rc = result(ftruncate(fd, 4096));
    if (rc == 0
        && mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0)
               == MAP_FAILED)
        rc = errno;
    close(fd);
    unlink("out/code");
    return rc;
}
static int outlive_the_parent(void)
{
    return result(prctl(PR_SET_PDEATHSIG, 0));
}
static int read_memory_as_a_file(void)
{
    return try_open("/proc/self/mem", O_RDONLY);
}
static int read_environment(void)
{
    return try_open("/proc/self/environ", O_RDONLY);
}
static int read_maps(void) { return try_open("/proc/self/maps", O_RDONLY); }
static int type_for_the_user(void)
{
    return result(ioctl(STDIN_FILENO, TIOCSTI, "x"));
}
static int own_a_file(void)
{
    return result(fcntl(STDIN_FILENO, F_SETOWN, getppid()));
}
static int new_limits(void)
{
    const struct rlimit none = { 0, 0 };
    return result(prlimit(getpid(), RLIMIT_CORE, NULL, NULL)
                  | setrlimit(RLIMIT_CORE, &none));
}
static int limits_of_parent(void)
{
    return result(prlimit(getppid(), RLIMIT_CORE, NULL, NULL));
}
static int leave_the_filter(void)
{
    return result(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
}
static void *nothing(void *arg) { return arg; }
static int start_thread(void)
{
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, nothing, NULL);
    return rc ? rc : pthread_join(thread, NULL);
}
static void *open_it(void *to)
{
    *(int *)to = read_passwd();
    return NULL;
}
static int open_in_thread(void)
{
    pthread_t thread;
    int rc = 0;
    if (pthread_create(&thread, NULL, open_it, &rc) == 0)
        pthread_join(thread, NULL);
    return rc;
}
static int use_pipes(void)
{
    int ends[2];
    char byte = 'x';
    return result(pipe2(ends, O_CLOEXEC)) || result(write(ends[1], &byte, 1))
           || result(read(ends[0], &byte, 1));
}
static int tell_time(void)
{
    time_t now = time(NULL);
    struct tm tm;
    return localtime_r(&now, &tm) ? 0 : errno;
}
static int use_memory(void)
{
    for (size_t n = 1; n < (size_t)64 << 20; n *= 4) {
        char *p = malloc(n), *q = p ? realloc(p, 2 * n) : NULL;
        if (!q) return ENOMEM;
        q[2 * n - 1] = 1;
        free(q);
    }
    return 0;
}

/* EACCES: Landlock; EPERM: the filter, or Landlock where it says so. */
enum { EITHER = -1 };
static const struct {
    const char *name;
    int (*attempt)(void);
    int run, worker; /* what it ends with in each; EITHER: refused somehow */
} cases[] = {
#define CASE(what, run, worker) { #what, what, run, worker }
    CASE(read_passwd, EITHER, EPERM),
    CASE(list_root, EITHER, EPERM),
    CASE(read_input, 0, EPERM),
    CASE(write_input, EITHER, EPERM),
    CASE(cut_input, EITHER, EPERM),
    CASE(cut_input_by_name, EITHER, EPERM),
    CASE(remove_input, EITHER, EPERM),
    CASE(make_beside, EITHER, EPERM),
    CASE(make_output, 0, EPERM),
    CASE(make_folder, 0, EPERM),
    CASE(rename_output, 0, EPERM),
    CASE(move_output_away, EITHER, EPERM),
    CASE(move_output_down, 0, EPERM),
    CASE(link_passwd, EPERM, EPERM),
    CASE(link_by_name, EPERM, EPERM),
    CASE(make_pipe, EPERM, EPERM),
    CASE(change_mode, EPERM, EPERM),
    CASE(make_setuid, EPERM, EPERM),
    CASE(make_setgid_without_name, EPERM, EPERM),
    CASE(open_without_mode, 0, EPERM),
    CASE(share_output, 0, EPERM),
    CASE(make_output_setuid, EPERM, EPERM),
    CASE(change_owner, EPERM, EPERM),
    CASE(read_libraries, 0, EPERM),
    CASE(write_null, 0, EPERM),
    CASE(read_memory_of_parent, EITHER, EPERM),
    CASE(make_socket, EPERM, EPERM),
    CASE(make_local_socket, EPERM, EPERM),
    CASE(make_sockets, EPERM, EPERM),
    CASE(run_program, EPERM, EPERM),
    CASE(fork_process, EPERM, EPERM),
    CASE(clone_process, EPERM, EPERM),
    CASE(clone_with_3, ENOSYS, ENOSYS),
    CASE(trace_parent, EPERM, EPERM),
    CASE(read_parent, EPERM, EPERM),
    CASE(signal_parent, EPERM, EPERM),
    CASE(signal_everyone, EPERM, EPERM),
    CASE(signal_oneself, 0, 0),
    CASE(become_another, EPERM, EPERM),
    CASE(use_a_ring, EPERM, EPERM),
    CASE(load_bpf, EPERM, EPERM),
    CASE(watch_faults, EPERM, EPERM),
    CASE(use_keys, EPERM, EPERM),
    CASE(open_perf, EPERM, EPERM),
    CASE(mount_it, EPERM, EPERM),
    CASE(make_namespace, EPERM, EPERM),
    CASE(memory_to_run, EPERM, EPERM),
    CASE(memory_made_to_run, EPERM, EPERM),
    CASE(run_a_file, EPERM, EPERM),
    CASE(outlive_the_parent, EPERM, EPERM),
    CASE(read_memory_as_a_file, EITHER, EPERM),
    CASE(read_environment, EITHER, EPERM),
    CASE(read_maps, 0, EPERM),
    CASE(type_for_the_user, EPERM, EPERM),
    CASE(own_a_file, EPERM, EPERM),
    CASE(new_limits, EPERM, EPERM),
    CASE(limits_of_parent, EPERM, EPERM),
    CASE(leave_the_filter, EPERM, EPERM),
    CASE(start_thread, 0, 0),
    CASE(open_in_thread, EITHER, EPERM),
    CASE(use_pipes, 0, 0),
    CASE(tell_time, 0, 0),
    CASE(use_memory, 0, 0),
};

static void make_files(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(mkdir("out", 0700), 0);
    ck_assert_int_eq(try_open("in", O_WRONLY | O_CREAT), 0);
}

static void remove_files(void)
{
    static const char *const all[] = { "in", "out/x", "out/new/x", "out/a",
                                       "out/b", "out/c", "out/d", "out/below/d",
                                       "c", "x" };
    for (size_t i = 0; i < WQ_LEN(all); i++) unlink(all[i]);
    rmdir("out/new");
    rmdir("out/below");
    rmdir("out");
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
}

/* In a child that was shut in: what the attempt ends with. */
static int attempt(int (*what)(void), enum sandbox_strength strength)
{
    const struct sandbox_path paths[] = {
        { "in", false }, { "out", true }, { "never-was", false } };
    const struct sandbox box = { strength, paths, WQ_LEN(paths), version > 1 };
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct err e = { 0 };
        if (sandbox_enter(&box, &e) < 0) {
            fprintf(stderr, "%s\n", e.text);
            _exit(255);
        }
        _exit(what());
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "it ends by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

static void check_case(int got, int want, const char *name, const char *where)
{
    bool is_right = want == EITHER ? got == EPERM || got == EACCES || got == EXDEV
                                   : got == want;
    ck_assert_msg(is_right, "%s in a %s ends with %d (%s), not %d", name, where,
                  got, strerror(got), want);
}

START_TEST(a_run_reaches_its_files_and_nothing_else)
{
    bool is_late = cases[_i].attempt == move_output_down && version == 1;
    check_case(attempt(cases[_i].attempt, SANDBOX_RUN),
               is_late ? EITHER : cases[_i].run, cases[_i].name, "run");
}
END_TEST

START_TEST(a_worker_reaches_no_file)
{
    check_case(attempt(cases[_i].attempt, SANDBOX_WORKER), cases[_i].worker,
               cases[_i].name, "worker");
}
END_TEST

static int has_been_refused(const struct sandbox *box, int code)
{
    struct err e = { 0 };
    return sandbox_enter(box, &e) < 0 && e.code == code ? 0 : 1;
}

static int output_is_missing(void)
{
    const struct sandbox_path paths[] = { { "never-was", true } };
    const struct sandbox box = { SANDBOX_RUN, paths, 1, false };
    return has_been_refused(&box, EX_CANT_CREATE);
}

static void *wait_for_ever(void *arg)
{
    pause();
    return arg;
}

static int threads_are_there(void)
{
    const struct sandbox box = { .strength = SANDBOX_WORKER };
    pthread_t thread;
    return pthread_create(&thread, NULL, wait_for_ever, NULL)
           || has_been_refused(&box, EX_NO_PLUGIN);
}

/* Without a sandbox: what goes wrong is told. */
static int in_child(int (*what)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) _exit(what());
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

START_TEST(a_sandbox_that_cannot_be_had_is_an_error)
{
    ck_assert_int_eq(in_child(output_is_missing), 0);
#ifndef __SANITIZE_THREAD__
    ck_assert_int_eq(in_child(threads_are_there), 0);
#endif
}
END_TEST

int main(void)
{
    version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
                           LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 0) {
        printf("skipped: this kernel has no Landlock (%s)\n", strerror(errno));
        return 77;
    }
    Suite *s = suite_create("sandbox");
    TCase *tc = tcase_create("sandbox");
    tcase_add_checked_fixture(tc, make_files, remove_files);
    tcase_add_loop_test(tc, a_run_reaches_its_files_and_nothing_else, 0,
                        WQ_LEN(cases));
    tcase_add_loop_test(tc, a_worker_reaches_no_file, 0, WQ_LEN(cases));
    tcase_add_test(tc, a_sandbox_that_cannot_be_had_is_an_error);
    suite_add_tcase(s, tc);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
