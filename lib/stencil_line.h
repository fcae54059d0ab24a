/* Many steps of a line under a cell and its two neighbours: see kernels/stencil/line.h. */
#ifndef PEL_LIB_STENCIL_LINE_H
#define PEL_LIB_STENCIL_LINE_H

#include "lib/stencil_run.h"

/* Whether so many steps of the plan had better be taken this way. */
bool pel_stencil_line_suits(const struct pel_plan *plan, size_t steps);

/* Bytes of the ring of a seat that steps of the plan need if any are taken this way. */
size_t pel_stencil_line_bytes(const struct pel_plan *plan);

/* All steps of the run; the grid ends in the caller's. */
void pel_stencil_run_line(const struct pel_stencil_run *run);

#endif
