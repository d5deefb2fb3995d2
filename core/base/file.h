/* file.h - folders, and what it takes for a file to be there after a power cut. */
#ifndef WQ_BASE_FILE_H
#define WQ_BASE_FILE_H
#include "base/str.h"

/* Makes the folders above path that are missing; with `synced`, so that they
 * outlive a power cut, and so does the one they are in, which a run that was
 * killed may have made.  -1 with errno: why the first one could not be made, which
 * whoever opens the file would only find missing. */
int file_make_folders(const char *path, bool synced);
/* What was made, renamed or removed in the folder of `path` is on disk.  0, or
 * -1 with errno; a file system that cannot sync folders is no failure. */
int file_sync_folder(const char *path);
/* The same for the folder `name`, seen from an open one. */
int file_sync_at(int folder, const char *name);
/* The same for the folders of n paths, each once.  NULL: none; a folder that is no
 * longer there has nothing to sync. */
int file_sync_folders(const char *const *paths, size_t n);
/* All of the file system that an open file or folder is on is on disk. */
int file_sync_all(int fd);

enum file_makes {
    MAKES_NOTHING,
    MAKES_FOLDERS, /* those missing on the way */
    MAKES_SYNCED   /* ... so that they outlive a power cut; what was there before is
                      not synced */
};
/* Opens the folder that `path` lies in (O_PATH), by no link: not the folder, nor
 * any on the way there from `from`, or from the root if the path begins with a
 * slash.  -1 with errno: ENOTDIR where a link or a file is in the way.  [any] */
int file_open_folder(int from, const char *path, enum file_makes makes);
/* What stands behind the last slash. */
const char *file_name(const char *path);
/* Removes a file, or a folder that holds but files; not there: done.  0, or -1
 * with errno. */
int file_remove(const char *path);
/* The path with its folder resolved, whether or not the file is there; the
 * caller frees it.  NULL: no such folder, or no memory. */
char *file_real(const char *path);
/* Reads n bytes from `at` on: n, or fewer if the file ends there, or -1. */
ptrdiff_t file_read_at(int fd, void *p, size_t n, uint64_t at);
/* Writes all of it where the file stands.  0, or -1 with errno. */
int file_write(int fd, const void *p, size_t n);
#endif
