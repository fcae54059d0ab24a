/* Many steps of a line under a cell and its two neighbours: see kernels/stencil/line.h. */
#ifndef PEL_LIB_STENCIL_LINE_H
#define PEL_LIB_STENCIL_LINE_H

#include "lib/stencil_run.h"

/* Whether so many steps of the plan had better be taken this way. */
bool pel_stencil_line_suits(const struct pel_plan *plan, size_t steps);

/* All steps of the run; the grid ends in the caller's. */
void pel_stencil_run_line(const struct pel_stencil_run *run);

#endif
