/* sink_fan.h - an output of many files: the fields in its path say which of them
 * an article goes to.
 *
 *   encode    [worker]  by file within the batch         shares of a buffer
 *   gather    [serial]  a buffer for each file            frames that are full
 *   pack      [worker]  each frame by itself
 *   write     [serial]  to the file, in stream order
 *
 * While the run is on, the files lie in one temporary folder in the folder that
 * the path begins with, FOLDER/.KIND.tmp-TAG, and are called 0, 1, 2 and so on: one
 * name to be noted before any of them is made, and none that a value has a part in.
 * They are written one at a time, opened for as long as that takes. */
#ifndef WQ_RUN_SINK_FAN_H
#define WQ_RUN_SINK_FAN_H
#include "run/batch.h"
#include "run/codec.h"
#include "run/sink_pack.h"
#include "run/sink_path.h"
#include "state/ledger.h"
#include <sys/stat.h>

enum { FAN_FILES = 10000 /* of one run and output */ };

struct fan_file {
    wq_str name;      /* below the folder; NUL-terminated, its own memory */
    struct buf waits; /* encoded, for a frame of its own                  */
    uint64_t bytes;   /* written                                          */
    bool is_made;
    mode_t mode;      /* of the file that it replaces; 0: none            */
};

/* A file that is there now. */
struct fan_inode {
    dev_t device;
    ino_t number;
};

struct fan_options {
    const struct template *path; /* has fields; borrowed, with what it views */
    char *shown;                 /* the path, for messages; borrowed */
    const char *kind;            /* "output", "dropped" */
    const char *run, *tag;       /* number of the run; of temporary files; NULL */
    bool overwrites;             /* files that are there may be replaced */
};

struct fan {
    struct fan_options options;
    struct sink_path path;
    enum packing packing;
    char *folder;             /* that the path begins with, links resolved,
                                 without a slash behind it */
    char *aside;              /* the temporary folder */
    int folder_fd, aside_fd;  /* O_PATH */
    bool is_made;             /* the temporary folder, and not handed over */
    struct fan_file *files;   /* in the order of their first articles */
    _Atomic size_t n_files;
    size_t cap_files, waiting; /* waiting: bytes, of all files */
    uint32_t *table;          /* hash of a name -> place in files + 1; 0: free */
    size_t cap_table;         /* a power of two, at least twice the files */
    struct fan_file **sorted; /* by name; of fan_sync */
    char *avoid[4];           /* absolute paths that are none of its files */
    size_t n_avoid;
    const struct fan *other;  /* nor are that one's */
    struct fan_inode *spared; /* sorted */
    size_t n_spared, cap_spared;
};

/* Makes the folder that the path begins with; nothing in it yet.  NULL with e.
 * [main] */
struct fan *fan_new(const struct fan_options *o, struct err *e);
/* None of its files may be at `path`, where another output goes.  -1: no memory. */
int fan_avoid(struct fan *f, const char *path, struct err *e);
/* None may replace the file that is at `path` now, an input.  -1: no memory. */
int fan_spare(struct fan *f, const char *path, struct err *e);
/* Makes the temporary folder.  -1: EX_CANT_CREATE, EX_NO_PERM.  [main] */
int fan_open(struct fan *f, struct err *e);
/* The place of a file in f->files, added if it is new: no other output may be
 * there, and no file that is kept.  -1: EX_CANT_CREATE, EX_NO_PERM.  [serial] */
int fan_find(struct fan *f, wq_str name, size_t *place, struct err *e);

/* Encodes n records to the end of `out`; f NULL: as they come, else by file.
 * [worker] */
int fan_encode(const struct fan *f, struct codec *c, size_t worker,
               struct batch *b, wq_record *const *records, size_t n,
               struct buf *out, struct spread *spread, struct err *e);
/* Takes over what was encoded and leaves the frames that are full, or all of them
 * with the last batch.  -1 as fan_find.  [serial] */
int fan_gather(struct fan *f, const struct buf *encoded, struct spread *spread,
               bool is_last, struct err *e);
/* Packs the frames.  [worker] */
int fan_pack(const struct fan *f, struct spread *spread, struct err *e);
/* Writes them.  -1: EX_IO.  [serial] */
int fan_write(struct fan *f, struct spread *spread, struct err *e);

/* sink_sync, sink_check and sink_commit for all files.  [main] */
int fan_sync(struct fan *f, const char *suffix, struct err *e);
int fan_check(struct fan *f, const char *suffix, struct err *e);
int fan_commit(struct fan *f, const char *suffix, struct err *e);
/* What the ledger is told, fan_count things: the files, each with its place, and
 * the temporary folder, which goes when they are renamed.  Paths lie in the arena.
 * -1: no memory.  From here on all of it is the ledger's. */
size_t fan_count(const struct fan *f);
int fan_hand_over(struct fan *f, struct arena *arena, struct ledger_file *out);
uint64_t fan_bytes(const struct fan *f);
void fan_close(struct fan *f);
#endif
