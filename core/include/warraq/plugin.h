/* warraq/plugin.h - the one header a plugin includes.  ABI 1.0.
 *
 * A plugin is a shared object exporting one const object, `warraq_plugin`
 * (made by WQ_PLUGIN at the end of a source file).  It links against nothing
 * of ours: what it needs arrives through `wq_host`.  A whole one:
 *
 *     cc -shared -fPIC -fvisibility=hidden $(pkg-config --cflags warraq) \
 *        mine.c -o mine.so
 *
 * Caveats, before anything else:
 *   - Views (`wq_str`, `wq_value`, `wq_layer` that the host hands out) are
 *     borrowed.  A view of a field ends when that field is set, replaced or
 *     cut; every view ends when the call returns.  Copy what you keep.
 *   - Text is counted, not NUL-terminated, and may hold NUL.  Only
 *     `const char *` is NUL-terminated.
 *   - Offsets are bytes into the field.  JSON output counts code points unless
 *     told otherwise; the writer converts, plugins never do.
 *   - A stage's open() runs in the command, start() and what follows perhaps in
 *     a fork of it (isolation, the sandbox): threads that open() starts are gone.
 *   - Never keep state in a global: one process runs many instances.  Never
 *     call setlocale, umask, chdir, signal or exit.
 *   - A PURE stage must give the same result for a record whatever came before
 *     it, or `-j` changes the output.
 *
 * For the life of ABI major 1: members are only appended, never into padding;
 * a reader uses a member only if it lies inside the stated size (WQ_HAS);
 * arrays of descriptor structs are walked with the stated stride, never with
 * sizeof; zero and NULL mean "as if the member did not exist".  wq_str,
 * wq_value, wq_member, wq_field, wq_attr, wq_layer and wq_removed travel in
 * arrays without a stride and are frozen as they are.
 *
 * Threads: [main]   one at a time, before the first or after the last record
 *          [worker] any worker, never twice at once for the same instance
 *          [serial] one call at a time, in input order, for the whole run
 *          [any]    any thread, any time
 *
 * Errors: functions returning int give 0, or -1 with nothing changed; what
 * went wrong is in the host's hands and ends the run or rejects the record.
 * The only failures are "memory ran out" and "the plugin gave nonsense" (a
 * span outside its field, say).
 */
#ifndef WARRAQ_PLUGIN_H
#define WARRAQ_PLUGIN_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define WQ_MAGIC     0x31305157u /* "WQ01", little-endian */
#define WQ_ABI_MAJOR 1
#define WQ_ABI_MINOR 0

/* Does an object of n stated bytes hold member m of type? */
#define WQ_HAS(n, type, m)                                                     \
    ((n) >= offsetof(type, m) + sizeof(((type *)0)->m))
#define WQ_LEN(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

#if defined(__GNUC__)
#define WQ_EXPORT           __attribute__((visibility("default")))
#define WQ_PRINTF(fmt, arg) __attribute__((format(printf, fmt, arg)))
#else
#define WQ_EXPORT
#define WQ_PRINTF(fmt, arg)
#endif

#define WQ_MAX_FIELD ((size_t)64 << 20) /* bytes of one field; offsets are 32 bits */
#define WQ_MAX_NAME  1024 /* bytes of the name of a field, layer, kind, reason */
#define WQ_PADDING   64 /* readable bytes behind the input given to decode */

typedef struct wq_record wq_record; /* one article; the host's               */
typedef struct wq_ctx    wq_ctx;    /* the call in progress; the host's       */
typedef struct wq_config wq_config; /* a stage's checked parameters           */
typedef uint32_t wq_key; /* interned name of a field, layer, kind or reason;
                            never 0.  Numbers differ from run to run: never
                            store, hash or order by them.                    */

/* Counted UTF-8 (RFC 3629).  p may be NULL when n is 0. */
typedef struct wq_str {
    const char *p;
    size_t n; /* bytes */
} wq_str;

typedef enum wq_verdict {
    WQ_KEEP,   /* the record goes on to the next stage                        */
    WQ_DROP,   /* out, counted under a reason (set_reason)                    */
    WQ_REJECT, /* the stage could not deal with it: the pipeline's on_error
                  decides; set_reason says why                               */
    WQ_FATAL   /* the run cannot go on; ctx error() says why                  */
} wq_verdict;

/* ---- values ---------------------------------------------------------------
 * What a field or an attribute holds.  The same seven types as JSON, and
 * NUMBER for a number that neither int64_t nor double holds exactly as it was
 * spelled; it keeps its spelling (RFC 8259 s. 6) in u.s. */
typedef enum wq_vtype {
    WQ_V_NONE, /* no value */
    WQ_V_NULL,
    WQ_V_BOOL,   /* u.i: 0 or 1 */
    WQ_V_INT,    /* u.i */
    WQ_V_REAL,   /* u.r, finite */
    WQ_V_NUMBER, /* u.s */
    WQ_V_STR,    /* u.s */
    WQ_V_LIST,   /* u.list[0 .. n) */
    WQ_V_OBJECT  /* u.object[0 .. n), in order */
} wq_vtype;

typedef struct wq_value wq_value;
typedef struct wq_member wq_member;
struct wq_value {
    uint32_t type; /* wq_vtype */
    uint32_t n;    /* items of a list or object */
    union {
        int64_t i;
        double r;
        wq_str s;
        const wq_value *list;
        const wq_member *object;
    } u;
};
struct wq_member {
    wq_str name;
    wq_value value;
};
typedef struct wq_field {
    wq_key key;
    uint32_t reserved;
    wq_value value;
} wq_field;

#define WQ_MAX_DEPTH 64 /* lists and objects nested in one value */

/* ---- layers ---------------------------------------------------------------
 * Spans over one field, as columns of n entries: 0 <= begin <= end <= bytes of
 * the field, on code point boundaries, sorted by begin, then by end descending
 * (an outer span before those inside it).
 *   kind   what a span is ("word", "PER"); NULL: the layer has no kinds
 *   hash   64-bit hash of the span's folded form (text/1: standard fold, then
 *          hash); NULL: none
 *   attrs  further columns, one value for each span                          */
typedef struct wq_attr {
    wq_key name;
    uint32_t type;      /* WQ_V_INT: int64_t[], WQ_V_REAL: double[],
                           WQ_V_STR: wq_str[] (p NULL: no value for that span) */
    const void *values; /* n of them */
} wq_attr;
typedef struct wq_layer {
    size_t n;
    const uint32_t *begin, *end;
    const wq_key *kind;
    const uint64_t *hash;
    size_t n_attrs;
    const wq_attr *attrs;
} wq_layer;

/* Text that was taken out of a field.  `at`: bytes into the field as it is
 * now; entries with equal `at` stand in their original order.  Putting every
 * `text` back at its `at` rebuilds the field as it was. */
typedef struct wq_removed {
    wq_key field, reason;
    size_t at;
    wq_str text;
} wq_removed;

/* ---- parameters: data, so that the host parses, checks, defaults, documents */
typedef enum wq_type {
    WQ_BOOL = 1,  /* true false                            -> get_int 0 1      */
    WQ_INT,       /* whole number                          -> get_int          */
    WQ_REAL,      /* decimal, C locale; 1% is .01          -> get_real         */
    WQ_STRING,    /*                                       -> get_str          */
    WQ_ENUM,      /* one of choices                        -> get_int: index   */
    WQ_SIZE,      /* bytes; B KiB MiB GiB kB MB GB         -> get_int          */
    WQ_DURATION,  /* ms s m h d w                          -> get_int: ms      */
    WQ_PATH,      /* relative to the pipeline file         -> get_str          */
    WQ_FIELD_IN,  /* name of a field the stage reads       -> get_key          */
    WQ_FIELD_OUT, /* ... that it sets or rewrites          -> get_key          */
    WQ_LAYER_IN,  /* name of a layer it needs              -> get_key          */
    WQ_LAYER_OUT  /* ... that it writes                    -> get_key          */
} wq_type;
enum {
    WQ_REQUIRED = 1u,   /* no default: the pipeline must say it               */
    WQ_LIST = 2u,       /* a list, or one bare item; default items are joined
                           by ", "                                            */
    WQ_SECRET = 4u,     /* never printed                                      */
    WQ_DEPRECATED = 8u, /* accepted with a warning; renamed_to may name the heir */
    WQ_CUTS = 16u,      /* FIELD_IN: the stage takes spans out of it (remove) */
    WQ_OPTIONAL = 32u   /* LAYER_IN FIELD_IN: used where it is there, not needed */
};

typedef struct wq_param {
    const char *name, *help; /* help: one sentence, for `warraq inspect`      */
    const char *fallback;    /* default, spelled as in YAML; NULL: unset      */
    const char *unit;        /* "code points"; NULL: none                     */
    const char *const *choices; /* WQ_ENUM, NULL-terminated                   */
    double min, max;            /* equal: unbounded.  SIZE bytes, DURATION ms */
    uint32_t type, flags;
    const char *renamed_to;
} wq_param;

typedef struct wq_reason {
    const char *name, *help; /* why a record was dropped or rejected, or why
                                text was removed                              */
} wq_reason;

/* ---- what the host offers -------------------------------------------------
 * One table for the whole process; valid for ever.  `size` is what this host
 * fills: test WQ_HAS(host->size, wq_host, member) before using a member that
 * is newer than the minor version you ask for in WQ_PLUGIN. */
typedef struct wq_host {
    uint32_t size; /* bytes of this table */
    uint32_t abi;  /* major << 16 | minor of the host */

    /* -- parameters, by their place in the stage's table.  Already checked:
     *    they cannot fail.  [main] */
    int64_t (*get_int)(const wq_config *config, uint32_t param);
    double (*get_real)(const wq_config *config, uint32_t param);
    /* Item `item` of a list parameter; item 0 of a single one.  {NULL, 0} if
     * unset.  The view lives as long as the stage. */
    wq_str (*get_str)(const wq_config *config, uint32_t param, uint32_t item);
    /* Items of a list parameter; 1 or 0 (unset) for a single one. */
    uint32_t (*count)(const wq_config *config, uint32_t param);
    /* The interned name in a FIELD or LAYER parameter (item of a list); 0 if
     * unset. */
    wq_key (*get_key)(const wq_config *config, uint32_t param, uint32_t item);
    /* From open(): this parameter's value will not do; say why.  The host adds
     * file, line and column, goes on to the other stages, and does not run.
     * open() may return NULL after it. */
    void (*bad_param)(wq_config *config, uint32_t param, const char *fmt, ...)
        WQ_PRINTF(3, 4);

    /* -- names.  [any] */
    /* The key of a name of 0 .. WQ_MAX_NAME bytes, the same for the same bytes;
     * 0 if it is longer, or the run has met close to 1,000,000 different names;
     * if memory runs out, as no_memory below. */
    wq_key (*intern)(wq_str name);
    wq_str (*name)(wq_key key); /* the view lives for ever */

    /* -- fields: borrowed views in, copies out.  [worker, serial] */
    /* Returns 1 and the string, or 0 (absent, or not a string; *out is then
     * {NULL, 0}).  Field text is valid UTF-8: the host has seen to it. */
    int (*get)(const wq_record *record, wq_key key, wq_str *out);
    /* Sets a field to a string of 0 .. WQ_MAX_FIELD bytes of valid UTF-8; a
     * new field goes to the end.  Layers over it and its removed text's
     * positions would be wrong: the layers are dropped, and the host refuses
     * (-1) if text was removed from it before. */
    int (*set)(wq_record *record, wq_key key, wq_str text);
    /* Returns 1 and the value of any type, or 0. */
    int (*get_value)(const wq_record *record, wq_key key, wq_value *out);
    /* Copies deep.  A value of type NONE takes the field away. */
    int (*set_value)(wq_record *record, wq_key key, const wq_value *value);
    /* Room for cap bytes to write a field in place; then commit what is used.
     * Between the two no other call on this record.  NULL: no memory. */
    char *(*reserve)(wq_record *record, wq_key key, size_t cap);
    int (*commit)(wq_record *record, wq_key key, size_t n);
    /* All fields, in order; returns how many. */
    size_t (*fields)(const wq_record *record, const wq_field **out);

    /* -- taking out and rewriting.  [worker, serial] */
    /* Takes spans out of a string field; kind is the reason of each.  The host
     * rewrites the field once, remembers what was taken, shifts the layers over
     * it and drops their spans that a cut touches.  Spans disjoint. */
    int (*remove)(wq_record *record, wq_key field, const wq_layer *spans);
    /* Replaces each span by with[i]; lossy (normalisation): counted, and the
     * layers over the field are dropped, as by set.  What was removed before
     * (a title that the reader lifted) keeps its bytes and its place. */
    int (*replace)(wq_record *record, wq_key field, const wq_layer *spans,
                   const wq_str *with);
    /* What was taken out so far, in order of field, then text. */
    size_t (*removed)(const wq_record *record, const wq_removed **out);
    /* For readers of a format that carries it: as if `remove` had taken this.
     * Sorted as `removed` gives it; copies deep. */
    int (*set_removed)(wq_record *record, const wq_removed *list, size_t n);

    /* -- layers.  [worker, serial] */
    /* Returns 1 and the layer, or 0. */
    int (*layer)(const wq_record *record, wq_key name, wq_layer *out);
    /* Sets layer `name` over string field `over`; copies the columns. */
    int (*set_layer)(wq_record *record, wq_key name, wq_key over,
                     const wq_layer *layer);
    /* The i-th layer, in the order they were set; 0 past the last. */
    int (*layer_at)(const wq_record *record, size_t i, wq_key *name,
                    wq_key *over, wq_layer *out);

    /* -- new records.  [worker, serial] */
    /* An empty record.  raw: from decode, the bytes it was read from, a slice
     * of what decode was given (kept for rejects); else {NULL, 0}. */
    wq_record *(*record_new)(wq_ctx *ctx, wq_str raw);
    /* A copy, child of the record: fields, layers and removed text. */
    wq_record *(*clone)(wq_ctx *ctx, const wq_record *record);
    /* Hands a record over.  From decode: the next record read.  From a stage
     * with WQ_MAY_EMIT: it follows its parent, with id "<parent>#n", and starts
     * at the next stage. */
    int (*emit)(wq_ctx *ctx, wq_record *record);
    /* From decode: these bytes are no record.  raw as in record_new; at: where
     * in raw the trouble is, in bytes. */
    int (*bad_record)(wq_ctx *ctx, wq_str raw, size_t at, const char *reason,
                      const char *fmt, ...) WQ_PRINTF(5, 6);
    /* From decode: path of the file being read, "-" for standard input. */
    wq_str (*input_name)(wq_ctx *ctx);

    /* -- the call in progress.  [worker, serial]; log also [main] */
    /* Why records[i] is dropped or rejected: index into the stage's reasons,
     * and what was found. */
    void (*set_reason)(wq_ctx *ctx, size_t i, uint32_t reason, const char *fmt,
                       ...) WQ_PRINTF(4, 5);
    /* Why open, start, process or flush fails as a whole. */
    void (*error)(wq_ctx *ctx, const char *fmt, ...) WQ_PRINTF(2, 3);
    void (*log)(wq_ctx *ctx, int level, const char *fmt, ...) WQ_PRINTF(3, 4);
    /* Adds to one of the stage's counters. */
    void (*add)(wq_ctx *ctx, uint32_t counter, uint64_t by);
    /* Memory for this call, aligned to 16; from prepare it lives until process
     * returns for that batch.  NULL if memory runs out. */
    void *(*scratch)(wq_ctx *ctx, size_t n);

    /* An extension by name ("text/1": wq_text, "format/1": wq_formats,
     * "state/1": wq_state), or NULL.  The pointer is valid for ever.  [any] */
    const void *(*extension)(const char *id);

    /* Memory ran out where the plugin cannot return, as in a C++ new handler:
     * ends the run, or, if the stage is isolated, costs the record.  Does not
     * return.  [any] */
    void (*no_memory)(void);
} wq_host;

enum { WQ_LOG_ERROR, WQ_LOG_WARNING, WQ_LOG_INFO, WQ_LOG_DEBUG };

/* ---- what a stage provides ------------------------------------------------ */
enum {
    WQ_PURE = 1u,    /* the result depends on the record alone                */
    WQ_ORDERED = 2u, /* remembers records: sees them one batch at a time, in
                        input order                                           */
    WQ_MAY_EMIT = 4u,/* calls emit                                            */
    WQ_PROGRAMS = 8u /* starts programs: cannot be in a sandbox               */
};

typedef struct wq_stage {
    const char *name, *version, *help;
    uint32_t flags, reserved;
    const wq_param *params;
    const wq_reason *reasons;
    const char *const *counters; /* NULL-terminated */
    uint32_t n_params, n_reasons;

    /* Shared by all workers, read-only after.  NULL with error() or
     * bad_param() called: the run does not start; NULL without: no memory.
     * May be NULL itself: then `shared` is NULL. [main] */
    void *(*open)(const wq_host *host, wq_config *config, wq_ctx *ctx);
    void (*close)(void *shared); /* [main] */
    /* A worker's own instance (PURE) or the run's only one (ORDERED).  NULL
     * members: the instance is `shared` itself. [main] */
    void *(*start)(void *shared, wq_ctx *ctx);
    void (*stop)(void *instance); /* [main] */

    /* ORDERED only, may be NULL: the costly half, in parallel.  prepared[i]
     * (scratch memory, NULL before) is handed to process.  Returns 0, or -1:
     * error() called, or no memory.  [worker] */
    int (*prepare)(void *shared, wq_ctx *ctx, wq_record *const *records,
                   size_t n, void **prepared);
    /* The work on a batch of n >= 1 records: verdicts[i], WQ_KEEP before,
     * belongs to records[i].  prepared is NULL for PURE.  Returns 0, or -1: the
     * run ends; error() called, or no memory.  PURE: [worker]; ORDERED:
     * [serial]. */
    int (*process)(void *instance, wq_ctx *ctx, wq_record *const *records,
                   size_t n, void *const *prepared, wq_verdict *verdicts);
    /* ORDERED only, may be NULL: after the last record; may emit.  [serial] */
    int (*flush)(void *instance, wq_ctx *ctx);
} wq_stage;

/* ---- what a format provides -----------------------------------------------
 * A reader (split, decode), a writer (encode) or both of one file format.  It
 * never opens a file: the host reads, decompresses, cuts and writes. */
enum {
    WQ_GROWS = 1u   /* flag of a format: its files grow by records in lines
                       behind those there are, and half of a record is none.  A
                       run with a state reads on where the last one stopped;
                       without the flag it reads a file whole, once           */
};
enum {
    WQ_AT_END = 1u, /* p[n] is the end of the file                            */
    WQ_FIRST = 2u   /* the end of the first whole record, not of the last one:
                       the host counts records, or skips one that is too large
                       (p then begins somewhere inside it)                    */
};

typedef struct wq_format {
    const char *name, *version, *help;
    const char *const *suffixes; /* ".jsonl", ... before .gz/.zst; NULL-ended */
    /* The only fields its records can have, NULL-terminated; NULL: any. */
    const char *const *fields;
    uint32_t flags, n_params; /* flags: WQ_GROWS */
    const wq_param *params;

    /* How sure, 0 .. 100, that a file beginning so is of this format.  [any] */
    int (*sniff)(const char *p, size_t n);
    void *(*open)(const wq_host *host, wq_config *config, wq_ctx *ctx);
    void (*close)(void *shared);
    void *(*start)(void *shared, wq_ctx *ctx); /* as a stage's; NULL: shared  */
    void (*stop)(void *instance);
    /* Where the last whole record in p[0..n) ends, separator included; 0: give
     * me more (never with WQ_AT_END, unless n is 0).  [serial] */
    size_t (*split)(void *shared, const char *p, size_t n, uint32_t flags);
    /* Reads whole records, calling emit or bad_record for each in order.
     * p[n .. n + WQ_PADDING) is readable.  Returns 0, or -1: the run ends;
     * error() called, or no memory.  [worker] */
    int (*decode)(void *instance, wq_ctx *ctx, const char *p, size_t n);
    /* Writes records through `write` (0, or -1: stop and return -1).  [worker] */
    int (*encode)(void *instance, wq_ctx *ctx, wq_record *const *records,
                  size_t n, int (*write)(void *to, const char *p, size_t n),
                  void *to);
} wq_format;

/* ---- the descriptor ------------------------------------------------------- */
typedef struct wq_plugin {
    uint32_t magic; /* these 16 bytes are frozen for ever */
    uint16_t abi_major, abi_minor;
    uint32_t size;        /* bytes of this object */
    uint16_t needs_minor; /* oldest host minor it accepts */
    uint16_t pad;
    uint32_t stage_size, format_size, param_size, reason_size; /* strides */
    uint32_t n_stages, n_formats;
    const wq_stage *stages;
    const wq_format *formats;
    const char *name, *version, *license, *url;
} wq_plugin;

#ifdef __cplusplus
#define WQ_EXTERN extern "C"
#else
#define WQ_EXTERN extern
#endif
#define WQ_DESCRIPTOR(name_, version_, license_, stages_, n_, formats_, m_)    \
    WQ_EXTERN WQ_EXPORT const wq_plugin warraq_plugin;                         \
    const wq_plugin warraq_plugin = {                                          \
        WQ_MAGIC, WQ_ABI_MAJOR, WQ_ABI_MINOR, (uint32_t)sizeof(wq_plugin),     \
        0, 0,                                                                  \
        (uint32_t)sizeof(wq_stage), (uint32_t)sizeof(wq_format),               \
        (uint32_t)sizeof(wq_param), (uint32_t)sizeof(wq_reason),               \
        n_, m_, stages_, formats_, name_, version_, license_, NULL }
/* A plugin of stages (an array), or of formats.  License: an SPDX identifier. */
#define WQ_PLUGIN(name, version, license, stages)                              \
    WQ_DESCRIPTOR(name, version, license, stages, WQ_LEN(stages), NULL, 0)
#define WQ_FORMAT_PLUGIN(name, version, license, formats)                      \
    WQ_DESCRIPTOR(name, version, license, NULL, 0, formats, WQ_LEN(formats))

/* ---- extension "text/1": the text toolkit ----------------------------------
 * Unicode 15.0, whatever the machine has installed.  Input is valid UTF-8
 * unless said otherwise; the bytes of a code point that is cut off at its end
 * count as U+FFFD, one each.  Nothing outside it is read, and the time is linear
 * in its length.  Every function is [any] and keeps no state.  doc/text.md is the
 * manual, with examples. */
enum wq_fold { /* matching keys; surface text is never folded */
    WQ_FOLD_LIGHT,    /* case, tatweel, controls; letters and marks stay       */
    WQ_FOLD_STANDARD, /* + marks, hamza and alef, yeh, teh marbuta, Persian
                         letters, presentation forms, digits.  Frozen.         */
    WQ_FOLD_SEARCH    /* + what a person typing a query leaves out             */
};
enum wq_word_class {
    WQ_W_OTHER, /* white space, controls, lone marks: uax29 mode only          */
    WQ_W_WORD, WQ_W_NUMBER, WQ_W_PUNCT, WQ_W_SYMBOL, WQ_W_URL, WQ_W_EMAIL,
    WQ_W_HASHTAG, WQ_W_MENTION, WQ_W_EMOJI, WQ_W_TIME, WQ_W_ABBREVIATION,
    WQ_W_DATE, /* in digits: 12/05/2015 2015-05-12; news mode only             */
    WQ_W_CLASSES
};
enum wq_word_mode {
    WQ_WORDS_UAX29, /* UAX #29 word boundaries, every segment but white space  */
    WQ_WORDS_NEWS   /* tokens as an editor sees them; no white space           */
};
enum wq_script { /* what news is written in; all else is OTHER, and a newer host
                    may know scripts from WQ_SCRIPTS on: OTHER to a plugin     */
    WQ_S_OTHER, WQ_S_LATIN, WQ_S_ARABIC, WQ_S_CYRILLIC, WQ_S_GREEK,
    WQ_S_HEBREW, WQ_S_DEVANAGARI, WQ_S_BENGALI, WQ_S_TAMIL, WQ_S_THAI,
    WQ_S_HANGUL, WQ_S_KANA, WQ_S_HAN, WQ_S_ARMENIAN, WQ_S_GEORGIAN,
    WQ_S_ETHIOPIC, WQ_S_LAO, WQ_S_KHMER, WQ_S_MYANMAR, WQ_S_TIBETAN,
    WQ_S_GURMUKHI, WQ_S_GUJARATI, WQ_S_ORIYA, WQ_S_TELUGU, WQ_S_KANNADA,
    WQ_S_MALAYALAM, WQ_S_SINHALA, WQ_S_SYRIAC, WQ_S_THAANA, WQ_S_NKO,
    WQ_S_TIFINAGH, WQ_S_MONGOLIAN, WQ_SCRIPTS
};

/* Words as columns the caller provides, `cap` entries each. */
typedef struct wq_words {
    uint32_t *begin, *end; /* bytes */
    uint8_t *cls;          /* wq_word_class; may be NULL */
    uint64_t *hash;        /* hash of the standard fold; may be NULL */
} wq_words;

/* A place in the input that could not be taken as it is.  Travels in arrays
 * without a stride: frozen as it is. */
typedef struct wq_flaw {
    size_t at, bytes; /* of the input                                         */
    size_t out;       /* where in the output its stand-in begins              */
} wq_flaw;
typedef struct wq_flaws {
    wq_flaw *list;
    size_t cap; /* entries of list */
    size_t n;   /* out: flaws there were; the first cap of them are in list   */
} wq_flaws;

typedef struct wq_text {
    uint32_t size;    /* bytes of this table */
    uint32_t fold_id; /* names the STANDARD fold and the hash; stored with
                         anything computed by them                            */

    /* Bytes of the longest prefix of any p[0..n) that is valid UTF-8. */
    size_t (*utf8_valid)(const char *p, size_t n);
    /* General category of a code point as one of the 30 two-letter names,
     * packed "Lu" -> 'L' << 8 | 'u'; unassigned: "Cn". */
    uint32_t (*category)(uint32_t code_point);
    uint32_t (*script)(uint32_t code_point); /* wq_script */
    /* Letters of each script in p[0..n), added to counts[0 .. n_counts);
     * n_counts: WQ_SCRIPTS as the plugin was built with, at least 1.  Letters
     * of scripts beyond it count as OTHER. */
    void (*scripts)(const char *p, size_t n, size_t *counts, size_t n_counts);

    /* Folds into out; returns the bytes the result needs.  If that is more than
     * cap, out holds nothing of use.  3 * n + 8 is always enough.  A profile
     * that this host does not know is STANDARD. */
    size_t (*fold)(uint32_t profile, const char *p, size_t n, char *out,
                   size_t cap);
    /* XXH3 64 bits, seed 0, of the bytes as they are. */
    uint64_t (*hash)(const char *p, size_t n);
    /* hash(fold(STANDARD)) without the copy. */
    uint64_t (*fold_hash)(const char *p, size_t n);

    /* The next words from *at on, at most cap of them; moves *at behind them.
     * Returns how many; 0 at the end of the text.  n below 2^32.  In news,
     * scripts without spaces (Thai, Han ...) go by ICU's dictionaries; where
     * these are not to be had, by UAX #29. */
    size_t (*words)(uint32_t mode, const char *p, size_t n, size_t *at,
                    const wq_words *out, size_t cap);
    /* The next sentences (UAX #29 and the news rules of `words`), in the same
     * way; white space around a sentence belongs to none. */
    size_t (*sentences)(const char *p, size_t n, size_t *at, uint32_t *begin,
                        uint32_t *end, size_t cap);

    /* 1 if p[0..n) is in NFC for certain (UAX #15 quick check), else 0. */
    int (*is_nfc)(const char *p, size_t n);
    /* NFC into out; returns the bytes the result needs (see fold); 3 * n + 8
     * is enough (UAX #15 s. 9.1). (size_t)-1: no memory. */
    size_t (*nfc)(const char *p, size_t n, char *out, size_t cap);

    /* The next grapheme clusters (UAX #29, extended) from *at on, at most cap
     * of them, as their ends in bytes: each begins where the one before ended,
     * the first at *at.  Moves *at behind them; returns how many, 0 at the end
     * of the text.  n below 2^32. */
    size_t (*graphemes)(const char *p, size_t n, size_t *at, uint32_t *end,
                        size_t cap);
    /* As fold, with the way back: from[i] is where in p the code point begins
     * that out[i] comes from, and from[needed] = n.  from has cap + 1 entries.
     * n below 2^32. */
    size_t (*fold_map)(uint32_t profile, const char *p, size_t n, char *out,
                       uint32_t *from, size_t cap);
    /* Any bytes into UTF-8; returns the bytes the result needs (see fold), at
     * most 3 * n.  Each maximal ill-formed subpart (Unicode 15.0 s. 3.9, as
     * browsers do it) becomes one U+FFFD and a flaw; flaws may be NULL. */
    size_t (*utf8_repair)(const char *p, size_t n, char *out, size_t cap,
                          wq_flaws *flaws);
    /* The next runs of one script, in the way of `graphemes`: script[k] is the
     * wq_script of the run that ends at end[k].  What many scripts share
     * (digits, punctuation, most marks: Common and Inherited, UAX #24) goes with
     * what stands before it, at the front of the text with what follows. */
    size_t (*script_runs)(const char *p, size_t n, size_t *at, uint32_t *end,
                          uint8_t *script, size_t cap);

    /* -- single-byte character sets, all of them ASCII below 80 -- */

    /* The number of a character set by one of its names ("windows-1256",
     * "CP1256", "ISO_8859-6"; case and punctuation do not count), 0 if there is
     * none; the same for the life of the process, never stored.  Tables are
     * those of the WHATWG Encoding Standard, to which "iso-8859-1" and "latin1"
     * are windows-1252; "iso-8859-1-strict" is not. */
    uint32_t (*charset)(const char *name);
    const char *(*charset_name)(uint32_t charset); /* NULL: no such number */
    /* Bytes into UTF-8; returns the bytes the result needs (see fold), at most
     * 3 * n.  A byte that stands for nothing becomes U+FFFD and a flaw; flaws
     * may be NULL.  (size_t)-1: no such number. */
    size_t (*charset_decode)(uint32_t charset, const char *p, size_t n,
                             char *out, size_t cap, wq_flaws *flaws);
    /* UTF-8 into bytes, at most n.  A code point that has none becomes '?' and
     * a flaw.  (size_t)-1: no such number. */
    size_t (*charset_encode)(uint32_t charset, const char *p, size_t n,
                             char *out, size_t cap, wq_flaws *flaws);
    /* The byte 0 .. 255 that stands for a code point, -1 if none does. */
    int (*charset_byte)(uint32_t charset, uint32_t code_point);
} wq_text;

/* ---- extension "state/1": memory between runs -------------------------------
 * What an ORDERED stage remembers lies in segments: bytes under a key of the
 * stage's choice, written once and never changed.  The host keeps, checks and
 * removes them; new ones count from the moment on at which the run's outputs and
 * the place in its inputs do, and of a run that was aborted none is left.
 *
 *     start()    open(): load() is called for each segment there is, by key
 *     records    process, flush as ever; forget() before a record comes again
 *     the end    save(): calls add() and retire()
 *
 * Segments belong to the stage's label.  Those of another format, or made with
 * other values of the parameters named here, are an error, never loaded. */
typedef struct wq_memory {
    uint32_t size;          /* of this struct: sizeof(wq_memory) */
    uint32_t n_params;
    const uint32_t *params; /* places of the parameters it depends on */
    const char *format;     /* layout, version, fold_id where hashes of text are
                               kept: 1 .. 64 visible ASCII characters         */
    /* A segment: p[0..n) stays until stop returns, at the begin of a page.  0, or
     * -1: error() called, or no memory. [main] */
    int (*load)(void *instance, wq_ctx *ctx, const char *key, const char *p,
                size_t n);
    /* After the last record; may be called or not.  0, or -1 as above. [main] */
    int (*save)(void *instance, wq_ctx *ctx);
    /* The record will come (again): what is remembered of one with its id should
     * go.  May be NULL.  [serial] */
    int (*forget)(void *instance, wq_ctx *ctx, const wq_record *record);
} wq_memory;
typedef struct wq_state {
    uint32_t size, reserved;
    /* From start, once; `memory` is copied, its strings and arrays are not.  1:
     * the run remembers, and all segments are loaded; 0: it does not (a run on
     * its own, a test), and nothing more is called; -1: the run cannot start. */
    int (*open)(wq_ctx *ctx, const wq_memory *memory, void *instance);
    /* From save: a new segment (key: 1 .. 128 visible ASCII characters), in place
     * of the one that has its key; on disk when it returns, the bytes are not
     * kept.  And: this segment ends.  0, or -1 with error() called. */
    int (*add)(wq_ctx *ctx, const char *key, const char *p, size_t n);
    int (*retire)(wq_ctx *ctx, const char *key);
} wq_state;

/* ---- extension "format/1": speak a format through the host ---------------- */
typedef struct wq_formats {
    uint32_t size, reserved;
    /* Encodes records as the named format: "jsonl" with its default parameters,
     * or the pipeline's output format with the parameters it has there.  0, or
     * -1: no such format (error() is called for ctx), or write said -1 (it is
     * not). */
    int (*encode)(wq_ctx *ctx, const char *format, wq_record *const *records,
                  size_t n, int (*write)(void *to, const char *p, size_t n),
                  void *to);
    /* Decodes p[0..n) (padded as for decode) and calls each() for every record
     * in order, or with record NULL and why for bytes that are none.  Records
     * are views that end with the call in progress.  each: 0, or -1 to stop. */
    int (*decode)(wq_ctx *ctx, const char *format, const char *p, size_t n,
                  int (*each)(void *to, wq_record *record, const char *why),
                  void *to);
} wq_formats;

#ifdef __cplusplus
}
#endif
#endif
