/* equal.h - are two values the same? */
#ifndef EXEC_EQUAL_H
#define EXEC_EQUAL_H
#include <warraq/plugin.h>

/* Same type, same content, members in the same order.  Values deeper than
 * WQ_MAX_DEPTH, which the host refuses, are never equal.  Cannot fail. */
int values_equal(const wq_value *a, const wq_value *b);
#endif
