/* remember.c - a test stage with a memory: counts the records it has ever seen
 * (field `nth`) and drops those whose id it has seen.  Every run adds a segment;
 * from four on they are merged into one.  `how` makes it misbehave. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <warraq/plugin.h>

enum { P_SALT, P_HOW };
enum { NOTHING, TWICE, BAD_KEY, UNKNOWN, FAIL, OTHER_FORMAT };
static const char *const hows[] = { "well", "twice", "bad_key", "unknown",
                                    "fail", "other_format", NULL };
static const wq_param params[] = {
    [P_SALT] = { .name = "salt", .type = WQ_INT, .fallback = "0", .min = 0,
                 .max = 100, .help = "Goes into the hashes of ids." },
    [P_HOW] = { .name = "how", .type = WQ_ENUM, .fallback = "well",
                .choices = hows, .help = "What it does when it saves." },
};
enum { R_SEEN };
static const wq_reason reasons[] = { [R_SEEN] = { "seen", "the id came before" } };

enum { MERGE_FROM = 4 };

struct remember {
    const wq_host *host;
    const wq_state *state;
    int64_t salt;
    int how;
    int is_on, is_rewritten;
    uint64_t *seen; /* hashes of ids, in order; 0: forgotten */
    size_t n, cap, n_loaded;
    char keys[MERGE_FROM][16];
    size_t n_keys, next_key;
};

static int add(struct remember *self, uint64_t hash)
{
    if (self->n == self->cap) {
        size_t cap = self->cap ? self->cap * 2 : 64;
        uint64_t *seen = realloc(self->seen, cap * sizeof *seen);
        if (!seen) return -1;
        self->seen = seen;
        self->cap = cap;
    }
    self->seen[self->n++] = hash;
    return 0;
}

/* FNV-1a, 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>. */
static uint64_t hash_of(const struct remember *self, const wq_record *r)
{
    wq_str id = { NULL, 0 };
    uint64_t h = 14695981039346656037u + (uint64_t)self->salt;
    self->host->get(r, self->host->intern((wq_str){ "id", 2 }), &id);
    for (size_t i = 0; i < id.n; i++)
        h = (h ^ (unsigned char)id.p[i]) * 1099511628211u;
    return h | 1;
}

static void *remember_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct remember *self = calloc(1, sizeof *self);
    (void)ctx;
    if (!self) return NULL;
    self->host = host;
    self->state = host->extension("state/1");
    self->salt = host->get_int(config, P_SALT);
    self->how = (int)host->get_int(config, P_HOW);
    return self;
}

/* ---- memory ---- */

static int load(void *instance, wq_ctx *ctx, const char *key, const char *p,
                size_t n)
{
    struct remember *self = instance;
    if (n % sizeof *self->seen || self->n_keys == MERGE_FROM) {
        self->host->error(ctx, "the segment %s is none of mine", key);
        return -1;
    }
    for (size_t i = 0; i < n; i += sizeof *self->seen) {
        uint64_t hash;
        memcpy(&hash, p + i, sizeof hash);
        if (add(self, hash) < 0) return -1;
    }
    snprintf(self->keys[self->n_keys++], sizeof self->keys[0], "%s", key);
    self->next_key = strtoul(key, NULL, 10) + 1;
    self->n_loaded = self->n;
    return 0;
}

static int save(void *instance, wq_ctx *ctx)
{
    struct remember *self = instance;
    char key[16];
    size_t from = self->n_loaded;
    if (self->how == FAIL) {
        self->host->error(ctx, "it was told to fail");
        return -1;
    }
    if (self->how == UNKNOWN) return self->state->retire(ctx, "nothing");
    if (self->how == BAD_KEY) return self->state->add(ctx, "a\nb", "", 0);
    if (self->n_keys == MERGE_FROM || self->is_rewritten) {
        for (size_t i = 0; i < self->n_keys; i++)
            if (self->state->retire(ctx, self->keys[i]) < 0) return -1;
        from = 0;
    }
    snprintf(key, sizeof key, "%08zu", self->next_key);
    if (self->how == TWICE && self->state->add(ctx, key, "", 0) < 0) return -1;
    return self->state->add(ctx, key, (const char *)(self->seen + from),
                            (self->n - from) * sizeof *self->seen);
}

static int forget(void *instance, wq_ctx *ctx, const wq_record *record)
{
    struct remember *self = instance;
    uint64_t hash = hash_of(self, record);
    (void)ctx;
    for (size_t i = 0; i < self->n; i++)
        if (self->seen[i] == hash) self->seen[i] = 0;
    self->is_rewritten = 1;
    return 0;
}

static const uint32_t depends_on[] = { P_SALT };
static const wq_memory memory = { .size = sizeof memory, .format = "remember 1",
                                  .params = depends_on,
                                  .n_params = WQ_LEN(depends_on),
                                  .load = load, .save = save, .forget = forget };
static const wq_memory other = { .size = sizeof memory, .format = "remember 2",
                                 .load = load, .save = save };

static void *remember_start(void *shared, wq_ctx *ctx)
{
    struct remember *self = shared;
    if (!self->state) return self;
    self->is_on = self->state->open(ctx, self->how == OTHER_FORMAT ? &other
                                                                    : &memory,
                                    self);
    return self->is_on < 0 ? NULL : self;
}

static void remember_stop(void *instance)
{
    struct remember *self = instance;
    free(self->seen);
    self->seen = NULL;
    self->n = self->cap = 0;
}

/* ---- records ---- */

static int remember_process(void *instance, wq_ctx *ctx,
                            wq_record *const *records, size_t n,
                            void *const *prepared, wq_verdict *verdicts)
{
    struct remember *self = instance;
    (void)prepared;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = hash_of(self, records[i]);
        for (size_t k = 0; k < self->n && verdicts[i] == WQ_KEEP; k++)
            if (self->seen[k] == hash) verdicts[i] = WQ_DROP;
        if (verdicts[i] == WQ_DROP) {
            self->host->set_reason(ctx, i, R_SEEN, "seen");
            continue;
        }
        wq_value nth = { .type = WQ_V_INT, .u.i = (int64_t)self->n + 1 };
        if (add(self, hash) < 0
            || self->host->set_value(records[i],
                                     self->host->intern((wq_str){ "nth", 3 }),
                                     &nth) < 0)
            return -1;
    }
    return 0;
}

static const wq_stage stages[] = {
    { .name = "remember", .version = "1.0", .flags = WQ_ORDERED,
      .help = "Counts and drops what it has seen before.",
      .params = params, .n_params = WQ_LEN(params),
      .reasons = reasons, .n_reasons = WQ_LEN(reasons),
      .open = remember_open, .close = free, .start = remember_start,
      .stop = remember_stop, .process = remember_process },
};
WQ_PLUGIN("remember", "1.0", "MIT", stages);
