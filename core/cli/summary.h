/* summary.h - what a run did, for people and for programs. */
#ifndef WQ_CLI_SUMMARY_H
#define WQ_CLI_SUMMARY_H
#include "run/run.h"
#include <stdio.h>

void summary_print(FILE *to, const struct plan *plan,
                   const struct run_result *r);
/* One JSON object on one line. */
void summary_json(FILE *to, const struct plan *plan,
                  const struct run_result *r);
#endif
