/* new.c - `warraq new NAME`: a folder that is a plugin already.
 *
 *   NAME/NAME.c            a stage with a parameter, a reason and a counter
 *   NAME/Makefile          make, make test, make install
 *   NAME/tests/NAME.yaml   its test
 *   NAME/pipeline.yaml     a pipeline that runs it at once
 *   NAME/README.md         what to do next
 *
 * The files are templates in which @ stands for NAME. */
#include "cli/cli.h"
#include "base/log.h"
#include "cli/options.h"
#include <errno.h>
#include <sys/stat.h>

enum { NAME_LENGTH = 32 };

static const struct option_spec options[] = { { 0 } };

static const char source[] =
    "/* @.c - the `@` stage: drops articles whose text is too short, and\n"
    " * writes the length of the others into a field.\n"
    " * Length is counted in code points: an Arabic letter is two bytes, a Latin\n"
    " * one is one, and a limit should mean the same for both. */\n"
    "#include <stdlib.h>\n"
    "#include <warraq/plugin.h>\n"
    "\n"
    "/* The host reads, checks and documents these; see `warraq inspect @`. */\n"
    "enum { P_FIELD, P_LENGTH, P_MIN };\n"
    "static const wq_param params[] = {\n"
    "    [P_FIELD] = { .name = \"field\", .type = WQ_FIELD_IN,\n"
    "                  .fallback = \"text\", .help = \"Field to measure.\" },\n"
    "    [P_LENGTH] = { .name = \"length\", .type = WQ_FIELD_OUT,\n"
    "                   .fallback = \"length\",\n"
    "                   .help = \"Field that the length is written to.\" },\n"
    "    [P_MIN] = { .name = \"min_chars\", .type = WQ_INT, .fallback = \"1\",\n"
    "                .unit = \"code points\", .min = 1, .max = 1e6,\n"
    "                .help = \"Shortest text to keep.\" },\n"
    "};\n"
    "enum { R_SHORT };\n"
    "static const wq_reason reasons[] = {\n"
    "    [R_SHORT] = { \"too_short\", \"the text is shorter than min_chars\" },\n"
    "};\n"
    "enum { C_CODE_POINTS };\n"
    "static const char *const counters[] = {\n"
    "    [C_CODE_POINTS] = \"code_points\", NULL\n"
    "};\n"
    "\n"
    "struct settings {\n"
    "    const wq_host *host;\n"
    "    wq_key field, length;\n"
    "    size_t min; /* code points */\n"
    "};\n"
    "\n"
    "/* Counts the bytes that are not continuation bytes (10xxxxxx).  [any] */\n"
    "static size_t count_code_points(wq_str text)\n"
    "{\n"
    "    size_t n = 0;\n"
    "    for (size_t i = 0; i < text.n; i++)\n"
    "        n += ((unsigned char)text.p[i] & 0xC0) != 0x80;\n"
    "    return n;\n"
    "}\n"
    "\n"
    "/* Returns the settings, freed by close, or NULL if memory runs out.\n"
    " * [main] */\n"
    "static void *stage_open(const wq_host *host, wq_config *config, wq_ctx *ctx)\n"
    "{\n"
    "    struct settings *self = malloc(sizeof *self);\n"
    "    (void)ctx;\n"
    "    if (!self) return NULL;\n"
    "    self->host = host;\n"
    "    self->field = host->get_key(config, P_FIELD, 0);\n"
    "    self->length = host->get_key(config, P_LENGTH, 0);\n"
    "    self->min = (size_t)host->get_int(config, P_MIN);\n"
    "    return self;\n"
    "}\n"
    "\n"
    "/* Judges each article by itself.  [worker] */\n"
    "static int stage_process(void *instance, wq_ctx *ctx,\n"
    "                         wq_record *const *records, size_t n,\n"
    "                         void *const *prepared, wq_verdict *verdicts)\n"
    "{\n"
    "    const struct settings *self = instance;\n"
    "    const wq_host *host = self->host;\n"
    "    (void)prepared;\n"
    "    for (size_t i = 0; i < n; i++) {\n"
    "        wq_str text = { NULL, 0 }; /* an absent field is too short, too */\n"
    "        host->get(records[i], self->field, &text);\n"
    "        size_t length = count_code_points(text);\n"
    "        wq_value value = { .type = WQ_V_INT, .u.i = (int64_t)length };\n"
    "        host->add(ctx, C_CODE_POINTS, length);\n"
    "        if (length < self->min) {\n"
    "            verdicts[i] = WQ_DROP;\n"
    "            host->set_reason(ctx, i, R_SHORT, \"%zu code points\", length);\n"
    "        } else if (host->set_value(records[i], self->length, &value) < 0) {\n"
    "            return -1; /* no memory: the host knows */\n"
    "        }\n"
    "    }\n"
    "    return 0;\n"
    "}\n"
    "\n"
    "static const wq_stage stages[] = {\n"
    "    { .name = \"@\", .version = \"0.1\", .flags = WQ_PURE,\n"
    "      .help = \"Drops articles whose text is too short.\",\n"
    "      .params = params, .n_params = WQ_LEN(params),\n"
    "      .reasons = reasons, .n_reasons = WQ_LEN(reasons),\n"
    "      .counters = counters, .open = stage_open, .close = free,\n"
    "      .process = stage_process },\n"
    "};\n"
    "WQ_PLUGIN(\"@\", \"0.1\", \"MIT\", stages);\n";

static const char makefile[] =
    "# make          builds @.so\n"
    "# make test     runs tests/@.yaml\n"
    "# make install  puts @.so where every pipeline finds it\n"
    "# The header is found by pkg-config, or in WARRAQ_INCLUDE=FOLDER.\n"
    "CC ?= cc\n"
    "CFLAGS ?= -O2 -g\n"
    "WARRAQ ?= warraq\n"
    "ifdef WARRAQ_INCLUDE\n"
    "HEADER = -I$(WARRAQ_INCLUDE)\n"
    "else\n"
    "HEADER = $(shell pkg-config --cflags warraq)\n"
    "endif\n"
    "WARNINGS = -std=c11 -Wall -Wextra -Wpedantic -Werror\n"
    "\n"
    "@.so: @.c\n"
    "\t$(CC) $(CFLAGS) $(WARNINGS) -shared -fPIC -fvisibility=hidden \\\n"
    "\t  $(CPPFLAGS) $(HEADER) @.c $(LDFLAGS) -o $@.tmp\n"
    "\tmv $@.tmp $@\n"
    "\n"
    "test: @.so\n"
    "\t$(WARRAQ) test tests/@.yaml\n"
    "\n"
    "install: @.so\n"
    "\tinstall -d \"$(DESTDIR)$$(pkg-config --variable=plugindir warraq)\"\n"
    "\tinstall -m 755 @.so \"$(DESTDIR)$$(pkg-config --variable=plugindir "
    "warraq)\"\n"
    "\n"
    "clean:\n"
    "\trm -f @.so @.so.tmp\n"
    "\n"
    ".PHONY: test install clean\n";

static const char test[] =
    "# Run by `make test`.  A test is articles that go in, and what must come\n"
    "# out: the fields named here, and where an article was dropped.\n"
    "plugins: [..]\n"
    "stages:\n"
    "  - stage: @\n"
    "    with: {min_chars: 4}\n"
    "tests:\n"
    "  - name: one code point decides, whatever its size in bytes\n"
    "    input:\n"
    "      - {id: a, text: \"\\u0633\\u0644\\u0627\\u0645\"}\n"
    "      - {id: b, text: abc}\n"
    "      - {id: c}\n"
    "    expect:\n"
    "      - {id: a, length: 4}\n"
    "      - {id: b, dropped: @/too_short}\n"
    "      - {id: c, dropped: @/too_short}\n";

static const char pipeline[] =
    "# Reads articles from standard input and writes them to standard output:\n"
    "#   echo '{\"id\":\"a\",\"text\":\"Hello\"}' | warraq run pipeline.yaml\n"
    "version: 1\n"
    "plugins: [.]\n"
    "input: {format: jsonl, path: \"-\"}\n"
    "output: {format: jsonl, path: \"-\"}\n"
    "rejects: {path: rejects.jsonl}\n"
    "stages:\n"
    "  - stage: @\n"
    "    with: {min_chars: 3}\n";

static const char readme[] =
    "# @\n"
    "\n"
    "A stage for warraq.\n"
    "\n"
    "    make                   # builds @.so\n"
    "    make test              # runs tests/@.yaml\n"
    "    warraq inspect --plugins=. @\n"
    "    echo '{\"id\":\"a\",\"text\":\"Hello\"}' | warraq run pipeline.yaml\n"
    "\n"
    "To use it in a pipeline, name this folder under `plugins:`, or `make "
    "install`.\n"
    "\n"
    "`@.c` is short; change `stage_process` to what your stage should do, and\n"
    "`params` to what its users should be able to set. What the host offers is\n"
    "in `warraq/plugin.h`.\n";

static const struct file {
    const char *name, *text; /* @ in both is the plugin's name */
} files[] = {
    { "@.c", source },           { "Makefile", makefile },
    { "tests/@.yaml", test },    { "pipeline.yaml", pipeline },
    { "README.md", readme },
};

/* "@" -> name; "$@", make's own, stays. */
static int fill_in(const char *text, const char *name, struct buf *out)
{
    for (const char *p = text; *p; p++) {
        bool is_make = p > text && p[-1] == '$';
        int rc = *p == '@' && !is_make ? buf_add(out, name, strlen(name))
                                       : buf_add(out, p, 1);
        if (rc < 0) return -1;
    }
    return buf_close(out);
}

static int write_file(const char *path, const struct buf *text, struct err *e)
{
    FILE *f = fopen(path, "wxe");
    if (!f)
        return err_set(e, EX_CANT_CREATE, "cannot create %s: %s", path,
                       strerror(errno));
    size_t n = fwrite(text->p, 1, text->n, f);
    if (fclose(f) != 0 || n != text->n)
        return err_set(e, EX_IO, "cannot write %s: %s", path, strerror(errno));
    return 0;
}

static int make_folder(const char *path, struct err *e)
{
    if (mkdir(path, 0777) == 0) return 0;
    return err_set(e, EX_CANT_CREATE, "cannot create the folder %s: %s", path,
                   strerror(errno));
}

static int make_file(const char *name, const struct file *file, struct err *e)
{
    struct buf path = { 0 }, text = { 0 };
    int rc = -1;
    if (buf_format(&path, "%s/", name) < 0
        || fill_in(file->name, name, &path) < 0
        || fill_in(file->text, name, &text) < 0)
        err_no_memory(e);
    else
        rc = write_file(path.p, &text, e);
    buf_free(&path);
    buf_free(&text);
    return rc;
}

/* A name of a stage, a file and a part of C names. */
static int check_name(const char *name, struct err *e)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (n > 0 && n <= NAME_LENGTH && !name[n] && name[0] >= 'a'
        && name[0] <= 'z')
        return 0;
    return err_set(e, EX_USAGE_, "\"%s\" cannot be a plugin's name: a small "
                   "letter, then small letters, digits and \"_\", at most %d",
                   name, NAME_LENGTH);
}

static int make_plugin(const char *name, struct err *e)
{
    char tests[NAME_LENGTH + 8];
    if (check_name(name, e) < 0 || make_folder(name, e) < 0) return -1;
    text_format(tests, sizeof tests, "%s/tests", name);
    if (make_folder(tests, e) < 0) return -1;
    for (size_t i = 0; i < WQ_LEN(files); i++)
        if (make_file(name, &files[i], e) < 0) return -1;
    return 0;
}

int cli_new(int argc, char **argv)
{
    struct options o;
    struct err e = { 0 };
    int code = options_take(options, argc, argv, "new NAME",
                            "Makes the folder NAME: a stage in C with its "
                            "Makefile, test and a pipeline.", &o);
    if (code >= 0) goto out;
    if (o.n_args != 1)
        err_set(&e, EX_USAGE_, "new: which name?  warraq new NAME");
    else if (make_plugin(o.args[0], &e) == 0)
        printf("%s/ is made.  cd %s && make test\n", o.args[0], o.args[0]);
    if (e.code) log_err(&e);
    code = e.code;
out:
    options_free(&o);
    return code;
}
