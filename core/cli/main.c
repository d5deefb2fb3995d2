/* main.c - the `warraq` command: finds the verb and hands over to its file. */
#include "base/log.h"
#include "base/nomem.h"
#include "cli/cli.h"
#include "run/codec.h"
#include "run/host.h"
#include "run/memory.h"
#include "run/sink.h"
#include "text/text.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *help;
} verbs[] = {
    { "run", cli_run, "PIPELINE [INPUT...]",
      "run articles through a pipeline" },
    { "check", cli_check, "PIPELINE...",
      "find every error in a pipeline file, without running it" },
    { "test", cli_test, "PIPELINE...", "run the `tests:` of a pipeline" },
    { "explain", cli_explain, "PIPELINE...",
      "show what a pipeline does, with every value" },
    { "list", cli_list, "", "show all stages and formats" },
    { "inspect", cli_inspect, "NAME",
      "describe a stage or format: parameters, reasons, counters" },
    { "new", cli_new, "NAME", "make the folder of a new plugin" },
    { "replay", cli_replay, "PIPELINE REJECTS...",
      "run rejected articles through a pipeline again" },
    { "restore", cli_restore, "OUTPUT...",
      "put removed text back into what a run has written" },
    { "state", cli_state, "SUB PIPELINE|DIR",
      "show what earlier runs have read and written" },
};

static void print_help(FILE *to)
{
    fputs("Usage: warraq VERB [ARGUMENT...]\n\n"
          "Cleans, deduplicates, tokenizes and tags streams of news articles.\n"
          "\nVerbs:\n", to);
    for (size_t i = 0; i < WQ_LEN(verbs); i++)
        fprintf(to, "  %-8s %-21s %s\n", verbs[i].name, verbs[i].usage,
                verbs[i].help);
    fputs("\n`warraq VERB --help` tells more of each.\n"
          "Exit status: 0 fine, 1 something was found, 64 usage, 65 bad data, "
          "66 no input,\n69 plugin missing, 70 internal error, 71 out of "
          "memory, 73/74 cannot write,\n75 stopped, 77 permission, 78 pipeline "
          "file wrong.\n", to);
}

static int unknown_verb(const char *name)
{
    const char *names[WQ_LEN(verbs)];
    for (size_t i = 0; i < WQ_LEN(verbs); i++) names[i] = verbs[i].name;
    const char *close = str_suggest(name, names, WQ_LEN(verbs));
    if (close)
        log_line(WQ_LOG_ERROR, "no verb \"%s\"; did you mean \"%s\"?", name,
                 close);
    else
        log_line(WQ_LOG_ERROR, "no verb \"%s\"; see `warraq --help`", name);
    return EX_USAGE_;
}

/* What a full disk or a closed pipe did to standard output shows at the end. */
static int flush_output(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    log_line(WQ_LOG_ERROR, "cannot write standard output");
    return code == EX_FINE ? EX_IO : code;
}

/* A file opened while a standard stream is closed would get its number, and
 * with it what is meant for the stream.  What takes its place refuses to be
 * read (0) or written (1, 2), as the closed one would. */
static void hold_standard_streams(void)
{
    int fd;
    do fd = open("/dev/null", fcntl(0, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO) close(fd);
}

int main(int argc, char **argv)
{
    hold_standard_streams();
    log_open(LOG_TEXT, NULL); /* cannot fail */
    nomem_on_leave(sink_unlink_all);
    host_offer("text/1", text_toolkit());
    host_offer("format/1", codec_extension());
    host_offer("state/1", memory_extension());
    if (argc < 2) {
        print_help(stderr);
        return EX_USAGE_;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0
        || strcmp(name, "help") == 0) {
        print_help(stdout);
        return flush_output(EX_FINE);
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("warraq %s (plugin ABI %d.%d)\n", WARRAQ_VERSION, WQ_ABI_MAJOR,
               WQ_ABI_MINOR);
        return flush_output(EX_FINE);
    }
    for (size_t i = 0; i < WQ_LEN(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return flush_output(verbs[i].run(argc - 1, argv + 1));
    return unknown_verb(name);
}
