/* pending.c - verbs that are not written yet; to go with the last of them. */
#include "cli/cli.h"
#define PENDING(verb)                                                          \
    __attribute__((weak)) int verb(int argc, char **argv)                      \
    {                                                                          \
        (void)argc;                                                            \
        fprintf(stderr, "warraq: error: %s is not there yet\n", argv[0]);      \
        return EX_INTERNAL;                                                    \
    }
PENDING(cli_check)
PENDING(cli_explain)
PENDING(cli_inspect)
PENDING(cli_list)
PENDING(cli_new)
PENDING(cli_restore)
PENDING(cli_test)
