/* Tilings of space and time: several steps on a part of the grid while it is in the cache. */
#ifndef PEL_LIB_STENCIL_TIME_H
#define PEL_LIB_STENCIL_TIME_H

#include "lib/stencil_plan.h"
#include "lib/stencil_run.h"

/* Chooses the tiling of a plan that has its pick. */
void pel_stencil_choose_tiling(struct pel_plan *plan);

/* Advances grid 0 by the run's steps, an even number. Grid 1 holds the rows and planes that keep their values. */
void pel_stencil_run_tiles(struct pel_stencil_run *run);

/* Says what was chosen and what was passed over. */
void pel_stencil_explain_tiling(const struct pel_plan *plan, struct pel_text *text);

#endif
