/* words.c - words as columns: where, what, and the hash of the folded form.
 *
 * Two lanes.  The fast one takes a text in blocks of 64 bytes (block.h), with
 * the instructions that this machine has.  The exact one takes what the blocks
 * leave: one segment after the other through the state table of walk.c, in news
 * through news.c.  Both lanes give the same words. */
#include "text/block.h"
#include "text/text.h"

/* Does white space other than a line break end before p[i]? */
static bool behind_space(const uint8_t *p, size_t n, size_t i)
{
    uint32_t c;
    if (i == 0) return false;
    i = text_before(p, i);
    text_decode(p + i, n - i, &c);
    const struct text_prop *prop = text_prop(c);
    return prop->flags & PROP_SPACE && prop->wb != WB_CR && prop->wb != WB_LF
           && prop->wb != WB_NEWLINE;
}

/* The end of the segment at p[i] and its class; *skip: it is no token. */
static size_t exact_word(bool news, const uint8_t *p, size_t n, size_t i,
                         uint8_t *cls, bool *skip)
{
    if (news) {
        size_t end = news_token(p, n, i, cls);
        *skip = *cls == WQ_W_OTHER;
        return end;
    }
    unsigned seen;
    uint32_t c;
    size_t end = walk_uax29(p, n, i, &seen);
    text_decode(p + i, n - i, &c);
    const struct text_prop *prop = text_prop(c);
    /* Marks on a space belong to it (WB4), and the space is behind us. */
    *skip = prop->flags & PROP_SPACE
            || (text_stays(prop->wb) && behind_space(p, n, i));
    *cls = walk_class(p, i, end, seen);
    return end;
}

/* Is p[i] the beginning of something that a block can do? */
static bool is_easy(bool news, const uint8_t *p, size_t n, size_t i)
{
    uint32_t c = 0x800;
    if (i < n && p[i] < 0xE0) text_decode(p + i, n - i, &c);
    return c < 0x800 && !(block_class[news][c] & B_HARD);
}

/* As a block_words, one segment after the other, until the walk is behind
 * p[..need) and something easy follows. */
static size_t exact_words(bool news, const uint8_t *p, size_t n, size_t *at,
                          const wq_words *out, size_t cap, size_t need)
{
    size_t i = *at, k = 0;
    while (k < cap && i < n && (i < need || !is_easy(news, p, n, i))) {
        uint8_t cls;
        bool skip;
        size_t end = exact_word(news, p, n, i, &cls, &skip);
        if (!skip) {
            out->begin[k] = (uint32_t)i;
            out->end[k] = (uint32_t)end;
            if (out->cls) out->cls[k] = cls;
            if (out->hash)
                out->hash[k] = text_fold_hash((const char *)p + i, end - i);
            k++;
        }
        i = end;
    }
    *at = i;
    return k;
}

/* The columns from row k on. */
static wq_words rows_from(const wq_words *out, size_t k)
{
    return (wq_words){ out->begin + k, out->end + k,
                       out->cls ? out->cls + k : NULL,
                       out->hash ? out->hash + k : NULL };
}

size_t text_words(uint32_t mode, const char *text, size_t n, size_t *at,
                  const wq_words *out, size_t cap)
{
    static block_words *const kernels[CPU_LEVELS] = {
        [CPU_PLAIN] = block_words_plain,
        [CPU_NEON] = block_words_plain,
#if defined __x86_64__
        [CPU_AVX2] = block_words_avx2,
        [CPU_AVX512] = block_words_avx512,
#endif
    };
    block_words *fast = kernels[cpu_level()];
    const uint8_t *p = (const uint8_t *)text;
    bool news = mode != WQ_WORDS_UAX29;
    size_t k = 0;
    while (*at < n && k < cap) {
        size_t need = 0;
        wq_words rest = rows_from(out, k);
        k += fast(news, p, n, at, &rest, cap - k, &need);
        rest = rows_from(out, k);
        if (need) k += exact_words(news, p, n, at, &rest, cap - k, need);
    }
    return k;
}

size_t text_segment_uax29(const char *text, size_t n, size_t at)
{
    unsigned seen;
    return walk_uax29((const uint8_t *)text, n, at, &seen);
}
