/* One step in place. */
#ifndef PEL_LIB_STENCIL_SINGLE_H
#define PEL_LIB_STENCIL_SINGLE_H

#include "lib/stencil_run.h"

/* Advances grid 0 by one step, the run's last if `last`, with room in grid 1 for what must wait. */
void pel_stencil_run_single(const struct pel_stencil_run *run, bool last);

#endif
