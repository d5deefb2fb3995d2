/* notes.h - `run -v`: what became of each article, for people. */
#ifndef WQ_RUN_NOTES_H
#define WQ_RUN_NOTES_H
#include "run/stage.h"

/* Adds a block for every record of the batch, kept or gone, to b->notes.
 * -1: no memory.  [worker] */
int notes_write(struct batch *b, const struct stage *stages);
#endif
