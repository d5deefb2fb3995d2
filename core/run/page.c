/* page.c - see page.h. */
#include "run/page.h"
#include "base/file.h"
#include "base/names.h"
#include "run/reader.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* ---- all of it ---- */

int page_open(struct page *p, const struct plan *plan, struct err *e)
{
    *p = (struct page){ .bytes = sizeof *p->shared };
    for (size_t i = 0; i < plan->n_stages; i++)
        p->bytes += stage_stats_size(plan->stages[i].desc) * sizeof(uint64_t);
    p->files = calloc(PAGE_SLOTS, sizeof *p->files);
    void *at = mmap(NULL, p->bytes, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at != MAP_FAILED) p->shared = at;
    return p->shared && p->files ? 0 : err_no_memory(e);
}

void page_close(struct page *p)
{
    if (p->shared) munmap(p->shared, p->bytes);
    free(p->files);
    *p = (struct page){ 0 };
}

void page_clear(struct page *p)
{
    memset(p->shared, 0, p->bytes);
}

/* ---- the child ---- */

void page_keep(const struct page *p)
{
    madvise(p->shared, p->bytes, MADV_DONTFORK);
}

/* The path of its input, written only when it is another one than before. */
static void set_path(const struct page *p, size_t slot,
                     const struct input_file *f)
{
    struct call *c = &p->shared->slots[slot].call;
    if (p->files[slot] == f && (!f) == !c->path[0]) return;
    p->files[slot] = f;
    memset(c->path, 0, sizeof c->path);
    if (!f) return;
    bool is_named = !f->from && strcmp(f->path, "-") != 0;
    char *real = is_named ? file_real(f->path) : NULL;
    text_format(c->path, sizeof c->path, "%s",
                f->from ? f->from->real : real ? real : f->path);
    free(real);
}

static void set_id(struct call *c, const wq_record *r)
{
    wq_value id;
    size_t n = 0;
    rec_get_value(r, names_intern_own(str("id")), &id);
    if (id.type == WQ_V_STR || id.type == WQ_V_NUMBER) {
        n = id.u.s.n < sizeof c->id ? id.u.s.n : sizeof c->id - 1;
        memcpy(c->id, id.u.s.p, n);
    } else if (id.type == WQ_V_INT) {
        n = text_format(c->id, sizeof c->id, "%lld", (long long)id.u.i);
    }
    memset(c->id + n, 0, sizeof c->id - n);
}

const struct mishap *page_enter(const struct page *p, size_t slot,
                                uint32_t stage, const struct batch *b,
                                const wq_record *r)
{
    struct page_slot *s = &p->shared->slots[slot];
    const struct piece *piece = r->origin.piece;
    set_path(p, slot, piece ? piece->file : NULL);
    set_id(&s->call, r);
    s->call.stage = stage;
    s->call.byte = piece ? piece->byte : 0;
    if (piece && r->origin.raw.p)
        s->call.byte += (uint64_t)(r->origin.raw.p - (b->raw.p + piece->at));
    for (size_t i = 0; i < p->n_asides; i++)
        if (p->asides[i].call.byte == s->call.byte
            && memcmp(&p->asides[i].call, &s->call, sizeof s->call) == 0)
            return &p->asides[i].mishap;
    atomic_store(&s->is_on, true);
    atomic_store(&p->shared->last, slot + 1);
    return NULL;
}

void page_leave(const struct page *p, size_t slot)
{
    atomic_store(&p->shared->slots[slot].is_on, false);
}

/* Copies as much as fits, with its end, and without any function of the library:
 * a handler calls. */
static void copy(char *out, size_t cap, const char *text, size_t n)
{
    size_t i = 0;
    for (; i < n && i + 1 < cap && text[i]; i++) out[i] = text[i];
    out[i] = '\0';
}

bool page_blame(const struct page *p, size_t slot, enum host_reason why,
                const char *detail)
{
    struct page_shared *s = p->shared;
    if (slot >= PAGE_SLOTS || !atomic_load(&s->slots[slot].is_on)
        || atomic_exchange(&s->is_ending, true))
        return false;
    s->blamed.call = s->slots[slot].call;
    s->blamed.mishap.why = why;
    copy(s->blamed.mishap.detail, sizeof s->blamed.mishap.detail, detail,
         SIZE_MAX);
    atomic_store(&s->end, PAGE_BLAMES);
    return true;
}

void page_speak(const struct page *p, int code, const char *words, size_t n)
{
    struct page_shared *s = p->shared;
    if (atomic_exchange(&s->is_ending, true)) return;
    s->code = code;
    copy(s->words, sizeof s->words, words, n);
    atomic_store(&s->end, PAGE_SPEAKS);
}

void page_ready(const struct page *p, bool can_begin_anew)
{
    atomic_store(&p->shared->can_begin_anew, can_begin_anew);
}

void page_through(const struct page *p)
{
    atomic_store(&p->shared->is_through, true);
}

void page_commit(const struct page *p, int how_far)
{
    atomic_store(&p->shared->commit, how_far);
}

void page_stages(const struct page *p, const struct plan *plan,
                 const struct run_result *result)
{
    uint64_t *row = p->shared->counts;
    for (size_t i = 0; i < result->n_stages; i++) {
        const wq_stage *desc = plan->stages[i].desc;
        stage_stats_take(&result->stages[i], desc, row);
        stage_stats_add(&result->stages[i], desc, row); /* it keeps its own */
        row += stage_stats_size(desc);
    }
    atomic_store(&p->shared->has_stages, true);
}

void page_done(const struct page *p, int code, const struct err *e)
{
    p->shared->exit_code = code;
    p->shared->err = *e;
    atomic_store(&p->shared->is_done, true);
}

/* ---- the parent ---- */

int page_result(const struct page *p, const struct plan *plan,
                struct run_result *out)
{
    const uint64_t *row = p->shared->counts;
    *out = p->shared->result;
    out->stages = NULL;
    out->n_stages = 0;
    if (!atomic_load(&p->shared->has_stages)) return 0;
    out->stages = calloc(plan->n_stages + 1, sizeof *out->stages);
    if (!out->stages) return -1;
    for (; out->n_stages < plan->n_stages; out->n_stages++) {
        struct stage_stats *s = &out->stages[out->n_stages];
        const wq_stage *desc = plan->stages[out->n_stages].desc;
        if (stage_stats_new(desc, s) < 0) return -1;
        stage_stats_add(s, desc, row);
        row += stage_stats_size(desc);
    }
    return 0;
}

size_t page_busy(const struct page *p, size_t *slot)
{
    size_t n = 0;
    for (size_t i = 0; i < PAGE_SLOTS; i++) {
        if (!atomic_load(&p->shared->slots[i].is_on)) continue;
        *slot = i;
        n++;
    }
    return n;
}
