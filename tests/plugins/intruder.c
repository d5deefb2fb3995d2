/* intruder.c - a test stage that tries to get out of the sandbox: for each record
 * what its field `try` names, and writes into `got` what came of it. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <warraq/plugin.h>

static int open_it(const char *path, int flags)
{
    int fd = open(path, flags, 0600);
    if (fd < 0) return -1;
    close(fd);
    return 0;
}

static int read_passwd(void) { return open_it("/etc/passwd", O_RDONLY); }
static int write_outside(void)
{
    return open_it("outside", O_WRONLY | O_CREAT);
}
static int write_beside_output(void)
{
    return open_it("out/more", O_WRONLY | O_CREAT);
}
static int overwrite_input(void) { return open_it("in.jsonl", O_RDWR); }
static int remove_input(void) { return unlink("in.jsonl"); }
static int change_mode(void) { return chmod("in.jsonl", 0777); }
static int connect_out(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(80) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return -1;
    int rc = connect(fd, (const struct sockaddr *)&to, sizeof to);
    close(fd);
    return rc;
}
static int run_program(void)
{
    char *argv[] = { "true", NULL };
    return execv("/bin/true", argv);
}
static int fork_it(void)
{
    pid_t child = fork();
    if (child == 0) _exit(0);
    return child < 0 ? -1 : 0;
}
static int trace_parent(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) < 0 ? -1 : 0;
}
static int kill_parent(void) { return kill(getppid(), SIGKILL); }
static int nothing(void) { return 0; }

static const struct {
    const char *name;
    int (*attempt)(void);
} attempts[] = {
    { "read_passwd", read_passwd }, { "write_outside", write_outside },
    { "write_beside_output", write_beside_output },
    { "overwrite_input", overwrite_input }, { "remove_input", remove_input },
    { "change_mode", change_mode }, { "connect_out", connect_out },
    { "run_program", run_program }, { "fork_it", fork_it },
    { "trace_parent", trace_parent }, { "kill_parent", kill_parent },
    { "nothing", nothing },
};

struct intruder {
    const wq_host *host;
    wq_key what, got;
};

static void *intruder_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct intruder *self = malloc(sizeof *self);
    (void)config;
    (void)ctx;
    if (!self) return NULL;
    self->host = host;
    self->what = host->intern((wq_str){ "try", 3 });
    self->got = host->intern((wq_str){ "got", 3 });
    return self;
}

static int intruder_process(void *instance, wq_ctx *ctx,
                            wq_record *const *records, size_t n,
                            void *const *prepared, wq_verdict *verdicts)
{
    const struct intruder *self = instance;
    (void)ctx;
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++) {
        wq_str what = { NULL, 0 };
        self->host->get(records[i], self->what, &what);
        for (size_t k = 0; k < WQ_LEN(attempts); k++) {
            if (what.n != strlen(attempts[k].name)
                || memcmp(what.p, attempts[k].name, what.n) != 0)
                continue;
            errno = 0;
            int rc = attempts[k].attempt();
            const char *got = rc == 0 ? "done"
                              : errno == EPERM || errno == EACCES ? "refused"
                                                                  : "failed";
            if (self->host->set(records[i], self->got,
                                (wq_str){ got, strlen(got) })
                < 0)
                return -1;
        }
    }
    return 0;
}

static const wq_stage stages[] = {
    { .name = "intruder", .version = "1.0", .flags = WQ_PURE,
      .help = "Tries to get out.", .open = intruder_open, .close = free,
      .process = intruder_process },
    { .name = "intruder_ordered", .version = "1.0", .flags = WQ_ORDERED,
      .help = "Tries to get out, in order.", .open = intruder_open,
      .close = free, .process = intruder_process },
};
WQ_PLUGIN("intruder", "1.0", "MIT", stages);
