/* trust.c - see trust.h. */
#include "base/trust.h"
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cuts the last part off a real path.  false: it was the root. */
static bool go_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash || strcmp(path, "/") == 0) return false;
    slash[slash == path] = '\0';
    return true;
}

static bool is_writable_by(const struct stat *st, gid_t group)
{
    return (st->st_mode & S_IWGRP) && st->st_gid == group;
}

/* Could the user (or, if st is writable by it, the group) of st replace this
 * program?  Who runs it as root trusts them already: a tree that a user built,
 * a /usr/local of the group staff.  1, 0, or -1 with errno: a disk that fails. */
static int is_trusted(const struct stat *st, bool is_group)
{
    char path[PATH_MAX];
    struct stat our;
    if (is_group ? st->st_gid == 0 : st->st_uid == 0) return 1;
    if (!realpath("/proc/self/exe", path)) return errno == ENOENT ? 0 : -1;
    do {
        if (stat(path, &our) < 0) return errno == ENOENT ? 0 : -1;
        if (is_group ? is_writable_by(&our, st->st_gid)
                     : our.st_uid == st->st_uid)
            return 1;
    } while (go_up(path));
    return 0;
}

/* Says that nothing can be said of it. */
static int cannot_look(const char *path, struct err *e)
{
    return err_set(e, err_code(errno, EX_IO), "%s: %s", path, strerror(errno));
}

/* is_holder: a folder of which all is taken. */
static int check_one(const char *path, bool is_holder, struct err *e)
{
    struct stat st;
    int owner, group = 1;
    if (stat(path, &st) < 0 || (owner = is_trusted(&st, false)) < 0
        || ((st.st_mode & S_IWGRP) && (group = is_trusted(&st, true)) < 0))
        return cannot_look(path, e);
    if (!owner)
        return err_set(e, EX_NO_PERM, "%s belongs to user %lu, and warraq "
                       "runs as root; chown root it", path,
                       (unsigned long)st.st_uid);
    if (S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX) && !is_holder) return 0;
    if (st.st_mode & S_IWOTH)
        return err_set(e, EX_NO_PERM, "others may write %s, and warraq runs "
                       "as root; chmod o-w it", path);
    if (!group)
        return err_set(e, EX_NO_PERM, "group %lu may write %s, and warraq "
                       "runs as root; chmod g-w it", (unsigned long)st.st_gid,
                       path);
    return 0;
}

int trust_check(const char *file, enum trust what, struct err *e)
{
    char path[PATH_MAX];
    if (geteuid() != 0) return 0;
    int level = 0, holder = what == TRUST_HOLDER ? 1
                            : what == TRUST_FOLDER ? 0 : -1;
    if (!realpath(file, path)) return cannot_look(file, e);
    do
        if (check_one(path, level++ == holder, e) < 0) return -1;
    while (go_up(path));
    return 0;
}
