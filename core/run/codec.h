/* codec.h - a format at work: opened once, with an instance for each worker. */
#ifndef WQ_RUN_CODEC_H
#define WQ_RUN_CODEC_H
#include "run/host.h"
#include "run/plan.h"

struct codec {
    const wq_format *desc;
    void *shared;
    void **instances; /* one a worker */
    size_t n_instances;
    bool is_open;
};

/* Opens a format with n_workers instances.  -1 with e filled. [main] */
int codec_open(struct codec *c, const struct plan_format *f, size_t n_workers,
               struct err *e);
void codec_close(struct codec *c); /* [main] */
/* Decodes a piece of b->raw into b->records and the gone list.  [worker] */
int codec_decode(struct codec *c, size_t worker, struct batch *b,
                 const struct piece *piece, struct err *e);
/* Encodes records to the end of `out`.  [worker] */
int codec_encode(struct codec *c, size_t worker, struct batch *b,
                 wq_record *const *records, size_t n, struct buf *out,
                 struct err *e);
/* Encodes records through `write`, inside a call of another plugin. [worker] */
int codec_encode_to(struct codec *c, size_t worker, struct batch *b,
                    wq_record *const *records, size_t n,
                    int (*write)(void *to, const char *p, size_t n), void *to,
                    struct err *e);
/* Decodes bytes on their own: each record goes to each(). [worker] */
int codec_decode_to(struct codec *c, size_t worker, struct batch *b,
                    const char *p, size_t n,
                    int (*each)(void *to, wq_record *r, const char *why),
                    void *to, struct err *e);

/* The codecs a run has open; what the extension format/1 can speak. */
struct codecs {
    struct codec *const *list;
    size_t n;
};
/* The extension's table.  [any] */
const wq_formats *codec_extension(void);
#endif
