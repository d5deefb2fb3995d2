/* temporary.c - see temporary.h. */
#include "run/temporary.h"
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/* A run has at most three outputs; those with many files have one folder each. */
enum { MOST = 8 };

static struct {
    _Atomic(char *) path;
    _Atomic(const _Atomic size_t *) n_files;
} temporaries[MOST];

void temporary_note(char *path, const _Atomic size_t *n_files)
{
    for (size_t i = 0; i < MOST; i++) {
        char *none = NULL;
        if (atomic_load(&temporaries[i].path)) continue;
        /* First what it is, then that it is there. */
        atomic_store(&temporaries[i].n_files, n_files);
        if (atomic_compare_exchange_strong(&temporaries[i].path, &none, path))
            return;
    }
}

void temporary_forget(char *path)
{
    for (size_t i = 0; path && i < MOST; i++) {
        char *was = path;
        if (atomic_compare_exchange_strong(&temporaries[i].path, &was, NULL))
            return;
    }
}

static void unlink_folder(const char *path, size_t n_files)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    for (size_t i = 0; fd >= 0 && i < n_files; i++) {
        char name[24], *digit = name + sizeof name - 1; /* no stdio in here */
        size_t left = i;
        *digit = '\0';
        do *--digit = (char)('0' + left % 10);
        while (left /= 10);
        unlinkat(fd, digit, 0);
    }
    if (fd >= 0) close(fd);
    rmdir(path);
}

void temporary_unlink_all(void)
{
    for (size_t i = 0; i < MOST; i++) {
        const char *path = atomic_load(&temporaries[i].path);
        const _Atomic size_t *n_files = atomic_load(&temporaries[i].n_files);
        if (!path) continue;
        if (n_files) unlink_folder(path, atomic_load(n_files));
        else unlink(path);
    }
}
