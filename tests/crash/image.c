/* image.c - what a power cut could leave of a folder.
 *
 *   image LOG 0 0 SEED TO       all of it: what the commands have left
 *   image LOG N OF SEED TO      the N-th of OF cuts
 *
 * reads what record.c has written, cuts it off at one operation and makes in the
 * folder TO, which is there and empty, what may then be on the disk.  Prints the
 * STEP of the last command that had ended, and how much was lost.  The same N, OF
 * and SEED make the same of the same log.
 *
 * What is assumed, as mean as we know how to be and not meaner than SQLite takes
 * it (https://sqlite.org/atomiccommit.html s. 2, https://sqlite.org/psow.html);
 * Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014, s. 3 and
 * table 1, tell which file systems do what of this:
 *
 *  - What a file holds lasts from fsync or fdatasync of it on, and nothing before
 *    that does: of the writes since, any may be there and any not, in whatever
 *    order they came, sector by sector; one sector may be torn, its begin or its
 *    end written.  Bytes beside those written are safe.
 *  - The size is on its own: any that the file has had since.  What it covers and
 *    no write has filled holds zeros or anything.
 *  - Names last from fsync of their folder on, not from that of the file.  Of the
 *    changes since, any may be there and any not: a name may come without the data
 *    of its file, a file that was synced without its name; with a folder that has
 *    lost its name goes all that is in it.
 *  - Syncing a folder does not sync the one above, syncing a file no folder.
 *  - A rename is whole or not at all (not so: ext2).  One into another folder
 *    lasts when that one is synced.
 *  - What was synced stays as it is; the disk does not lie about it. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, KILLED = 137, NONE = -1 };

struct bytes {
    unsigned char *p;
    size_t n, cap;
};

/* One line of the log. */
struct op {
    char what;
    int a, b;           /* files it is about, or folders and then files */
    uint64_t at, n;     /* W; T and G: n; E: at: the code, n: the step */
    const char *data;   /* W; C M L R U: a name */
    const char *second; /* R: the new one */
};

struct entry {
    const char *name;
    int file;
};

/* A file or a folder, as it is on the disk for sure. */
struct file {
    bool is_folder;
    uint64_t inode;
    struct bytes bytes;
    struct entry *entries;
    size_t n_entries;
};

static struct op *ops;
static struct file *files;
static size_t n_ops, n_files;
static bool *is_pending; /* of each operation before the cut */

static void die(const char *what)
{
    fprintf(stderr, "image: %s\n", what);
    exit(70);
}

static void *more(void *list, size_t n, size_t size)
{
    if (n & (n - 1)) return list; /* between two powers of two there is room */
    list = realloc(list, (n ? n * 2 : 1) * size);
    if (!list) die("no memory");
    return list;
}

/* ---- chance ---- */

static uint64_t state_of_chance;

/* splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t chance(uint64_t below)
{
    uint64_t z = state_of_chance += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % below;
}

/* ---- the log ---- */

static int find_inode(uint64_t inode)
{
    for (size_t i = n_files; i-- > 0;) /* the last one of that number */
        if (files[i].inode == inode) return (int)i;
    die("the log names a file that it has not seen made");
    return NONE;
}

static int add_file(uint64_t inode, bool is_folder)
{
    files = more(files, n_files, sizeof *files);
    files[n_files] = (struct file){ .is_folder = is_folder, .inode = inode };
    return (int)n_files++;
}

static int look_up(const struct file *folder, const char *name)
{
    for (size_t i = 0; i < folder->n_entries; i++)
        if (strcmp(folder->entries[i].name, name) == 0)
            return folder->entries[i].file;
    return NONE;
}

static void enter(struct file *folder, const char *name, int file)
{
    size_t i = 0;
    while (i < folder->n_entries && strcmp(folder->entries[i].name, name) != 0) i++;
    if (file == NONE) {
        if (i < folder->n_entries)
            folder->entries[i] = folder->entries[--folder->n_entries];
        return;
    }
    if (i == folder->n_entries)
        folder->entries = more(folder->entries, folder->n_entries++,
                               sizeof *folder->entries);
    folder->entries[i] = (struct entry){ name, file };
}

/* A change of names, in the folders as they then are. */
static void apply_names(const struct op *o, int moved)
{
    switch (o->what) {
    case 'C': case 'M': case 'L': enter(&files[o->a], o->data, o->b); break;
    case 'U': enter(&files[o->a], o->data, NONE); break;
    default:
        enter(&files[o->a], o->data, NONE);
        enter(&files[o->b], o->second, moved);
    }
}

static uint64_t read_number(char **p)
{
    char *end;
    uint64_t n = strtoull(*p, &end, 10);
    *p = end;
    return n;
}

/* Reads a line, or a line and its data.  Returns its end. */
static char *read_op(struct op *o, char *line)
{
    char *at = line + 1, *end = strchr(line, '\n');
    uint64_t first = read_number(&at);
    o->n = strchr("CMLRWTGE", o->what) ? read_number(&at) : 0;
    if (o->what == 'E') o->at = first;
    else if (o->what != 'A') o->a = find_inode(first);
    if (o->what == 'W') {
        o->at = o->n;
        o->n = read_number(&at);
        o->data = end + 1;
        return end + 1 + o->n;
    }
    *end = '\0';
    o->data = at + 1; /* a name, of those that have one */
    if (o->what == 'C' || o->what == 'M') o->b = add_file(o->n, o->what == 'M');
    if (o->what == 'L' || o->what == 'R') o->b = find_inode(o->n);
    if (o->what == 'R') {
        char *slash = strchr(at, '/');
        *slash = '\0';
        o->second = slash + 1;
    }
    return end;
}

static void read_log(const char *path)
{
    FILE *f = fopen(path, "re");
    struct stat st;
    if (!f || fstat(fileno(f), &st) < 0) die("cannot read the log");
    size_t n = (size_t)st.st_size;
    char *text = malloc(n + 1);
    if (!text || fread(text, 1, n, f) != n) die("cannot read the log");
    fclose(f);
    text[n] = '\0';
    char *line = text + 1;
    add_file(read_number(&line), true); /* F: the folder itself */
    while (*++line) {
        ops = more(ops, n_ops, sizeof *ops);
        ops[n_ops] = (struct op){ .what = *line, .a = NONE, .b = NONE };
        line = read_op(&ops[n_ops++], line);
    }
    is_pending = calloc(n_ops + 1, sizeof *is_pending);
    if (!is_pending) die("no memory");
}

/* What each rename moves, whatever else lasts: found by going through them all. */
static int *find_moved(void)
{
    int *moved = calloc(n_ops + 1, sizeof *moved);
    if (!moved) die("no memory");
    for (size_t i = 0; i < n_ops; i++) {
        if (!strchr("CMLRU", ops[i].what)) continue;
        if (ops[i].what == 'R') moved[i] = look_up(&files[ops[i].a], ops[i].data);
        apply_names(&ops[i], moved[i]);
    }
    for (size_t i = 0; i < n_files; i++) files[i].n_entries = 0;
    return moved;
}

/* ---- data ---- */

static void set_size(struct bytes *b, size_t n)
{
    if (n > b->cap) {
        b->cap = n * 2;
        if (!(b->p = realloc(b->p, b->cap))) die("no memory");
    }
    if (n > b->n) memset(b->p + b->n, 0, n - b->n);
    b->n = n;
}

static void apply_data(struct bytes *b, const struct op *o)
{
    if (o->what == 'T' || (o->what == 'G' && o->n > b->n)) set_size(b, o->n);
    if (o->what != 'W') return;
    if (o->at + o->n > b->n) set_size(b, o->at + o->n);
    memcpy(b->p + o->at, o->data, o->n);
}

/* How a cut is: of what is not synced, so many percent last. */
static const struct cut {
    const char *name;
    unsigned names, writes, sizes, torn;
    bool by_sector; /* a write is not one, but as many as it has sectors */
} cuts[] = {
    { "nothing unsynced lasts", 0, 0, 0, 0, false },
    { "everything lasts", 100, 100, 100, 0, false },
    { "names and sizes without data", 100, 0, 100, 0, false },
    { "data without names", 0, 100, 100, 0, false },
    { "names, half of the sectors", 100, 50, 50, 10, true },
    { "half of it", 50, 50, 50, 0, false },
    { "half of the sectors", 50, 50, 50, 10, true },
    { "most of it", 85, 85, 85, 5, true },
    { "a little", 15, 15, 15, 5, true },
};
enum { CUTS = sizeof cuts / sizeof *cuts };

static bool lasts(unsigned percent)
{
    return chance(100) < percent;
}

/* What no write has filled: zeros, or anything. */
static void fill(unsigned char *p, size_t n)
{
    bool is_zero = chance(2);
    for (size_t i = 0; i < n; i++)
        p[i] = is_zero ? 0 : (unsigned char)chance(256);
}

static void write_sectors(struct bytes *b, const struct op *o, const struct cut *cut)
{
    for (uint64_t at = o->at, end = o->at + o->n; at < end;) {
        uint64_t n = SECTOR - at % SECTOR, from = 0;
        if (n > end - at) n = end - at;
        uint64_t next = at + n;
        if (lasts(cut->torn)) { /* its begin or its end */
            uint64_t part = chance(n + 1);
            if (chance(2)) from = n - part;
            n = part;
        } else if (!lasts(cut->writes)) {
            n = 0;
        }
        memcpy(b->p + at + from, o->data + (at - o->at) + from, n);
        at = next;
    }
}

/* What is on the disk of a file whose operations before `k` may be pending. */
static void cut_data(struct file *f, size_t k, const struct cut *cut)
{
    struct bytes *b = &f->bytes;
    size_t now = b->n, size = b->n, sure = b->n, most = b->n;
    int self = (int)(f - files);
    for (size_t i = 0; i < k; i++) {
        const struct op *o = &ops[i];
        if (!is_pending[i] || o->a != self || !strchr("WTG", o->what)) continue;
        if (o->what == 'T') now = o->n;
        else if (o->what == 'G') now = o->n > now ? o->n : now;
        else if (o->at + o->n > now) now = o->at + o->n;
        if (lasts(cut->sizes)) size = now;
        if (now > most) most = now;
    }
    set_size(b, most);
    for (size_t at = sure; at < most; at += SECTOR)
        fill(b->p + at, most - at < SECTOR ? most - at : SECTOR);
    for (size_t i = 0; i < k; i++) {
        const struct op *o = &ops[i];
        if (!is_pending[i] || o->a != self) continue;
        if (o->what == 'T' && o->n < most && lasts(cut->writes))
            memset(b->p + o->n, 0, most - o->n);
        if (o->what == 'W' && cut->by_sector) write_sectors(b, o, cut);
        else if (o->what == 'W' && lasts(cut->writes)) apply_data(b, o);
    }
    b->n = size;
}

/* ---- syncing ---- */

/* A rename into `to` lasts: what happened before to the name it was moved from
 * does not come back. */
static void settle_name(int folder, const char *name, size_t before)
{
    for (size_t i = 0; i < before; i++) {
        const struct op *o = &ops[i];
        if (!is_pending[i]) continue;
        if ((o->a == folder && strchr("CMLU", o->what) && !strcmp(o->data, name))
            || (o->what == 'R' && o->b == folder && !strcmp(o->second, name)))
            is_pending[i] = false;
    }
}

/* Everything of one file or folder, before `k`, is on the disk. */
static void sync_file(int self, size_t k, const int *moved)
{
    for (size_t i = 0; i < k; i++) {
        const struct op *o = &ops[i];
        int owner = o->what == 'R' ? o->b : o->a;
        if (!is_pending[i] || owner != self) continue;
        is_pending[i] = false;
        if (strchr("WTG", o->what)) {
            apply_data(&files[self].bytes, o);
            continue;
        }
        apply_names(o, moved[i]);
        if (o->what == 'R' && o->a != o->b) settle_name(o->a, o->data, i);
    }
}

/* Goes through the log up to `k`. */
static void replay(size_t k, const int *moved)
{
    for (size_t i = 0; i < k; i++) {
        if (ops[i].what == 'S') sync_file(ops[i].a, i, moved);
        for (size_t f = 0; ops[i].what == 'A' && f < n_files; f++)
            sync_file((int)f, i, moved);
        is_pending[i] = strchr("CMLRUWTG", ops[i].what) != NULL;
    }
}

/* ---- the cut ---- */

/* Every second one before a sync, where most is pending. */
static size_t choose_place(uint64_t n, uint64_t of)
{
    size_t k = (size_t)((n * n_ops + chance(n_ops)) / of);
    if (k > n_ops) k = n_ops;
    while (n % 2 && k < n_ops && ops[k].what != 'S') k++;
    return k;
}

static void make(const struct file *folder, const char *path)
{
    char *inside;
    for (size_t i = 0; i < folder->n_entries; i++) {
        const struct file *f = &files[folder->entries[i].file];
        if (asprintf(&inside, "%s/%s", path, folder->entries[i].name) < 0)
            die("no memory");
        if (f->is_folder) {
            if (mkdir(inside, 0777) < 0) die("cannot make a folder");
            make(f, inside);
        } else {
            FILE *to = fopen(inside, "wxe");
            size_t n = f->bytes.n;
            if (!to || (n && fwrite(f->bytes.p, 1, n, to) != n)
                || fclose(to) != 0)
                die("cannot make a file");
        }
        free(inside);
    }
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: image LOG N OF SEED TO\n");
        return 64;
    }
    uint64_t n = strtoull(argv[2], NULL, 10), of = strtoull(argv[3], NULL, 10);
    uint64_t step = 0;
    state_of_chance = strtoull(argv[4], NULL, 10) * 1000003 + n;
    read_log(argv[1]);
    int *moved = find_moved();
    const struct cut *cut = of ? &cuts[n % CUTS] : &cuts[1];
    size_t k = of ? choose_place(n - 1, of) : n_ops;
    replay(k, moved);
    for (size_t i = 0; i < n_files; i++) cut_data(&files[i], k, cut);
    for (size_t i = 0; i < k; i++) {
        if (ops[i].what == 'E' && ops[i].at != KILLED) step = ops[i].n;
        if (is_pending[i] && strchr("CMLRU", ops[i].what) && lasts(cut->names))
            apply_names(&ops[i], moved[i]);
    }
    make(&files[0], argv[5]);
    printf("%" PRIu64 " operation %zu of %zu: %s\n", step, k, n_ops, cut->name);
    return 0;
}
