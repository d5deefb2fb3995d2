/* block_kernel.h - the loop over blocks, around the classify and emit of the
 * file that includes it last.  They are
 *
 *   classify(news, p, pair, b, folded)
 *                             p[-1..64], of which p[0..63] are the block;
 *                             *pair is for it to remember from block to block
 *   emit(list, count, p, out, k)
 *                             writes to the rows from k on; the next row
 */

TARGET static inline size_t run(bool news, const uint8_t *p, size_t n,
                                size_t *at, const wq_words *out, size_t cap,
                                size_t *need)
{
    struct resolved list[BATCH];
    unsigned pair = 0xD8; /* Arabic */
    size_t i = *at, k = 0;
    *need = 0;
    while (i < n && k < cap && !*need) {
        /* No more blocks than there are rows for, whatever is in them. */
        size_t most = (cap - k) / BLOCK, room = BLOCK, count = 0;
        if (most > BATCH) most = BATCH;
        if (most == 0) most = 1, room = cap - k;
        while (count < most && i < n && !*need) {
            uint8_t padded[BLOCK + 2];
            const uint8_t *q = p + i;
            if (n - i <= BLOCK || i == 0) {
                memset(padded, ' ', sizeof padded);
                memcpy(padded + 1, q, n - i <= BLOCK ? n - i : BLOCK + 1);
                q = padded + 1;
            }
            struct block b;
            struct resolved *r = &list[count++];
            classify(news, q, &pair, &b, &r->folded);
            add_general_punctuation(&b, news, q);
            r->t = resolve(&b, news, p, n, i, room);
            r->at = i;
            i += r->t.cut;
            if (r->t.stop < BLOCK || r->t.cut == 0)
                *need = r->at + r->t.stop + 1;
        }
        k = emit(list, count, p, out, k);
    }
    *at = i < n ? i : n;
    return k;
}

/* Two loops, so that each is compiled for its mode. */
TARGET size_t KERNEL(bool news, const uint8_t *p, size_t n, size_t *at,
                     const wq_words *out, size_t cap, size_t *need)
{
    return news ? run(true, p, n, at, out, cap, need)
                : run(false, p, n, at, out, cap, need);
}
