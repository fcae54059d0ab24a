/* The naive sweep, written from the words of pel/stencil.h and sharing no code with the library. */
#ifndef PEL_TESTS_STENCIL_ORACLE_H
#define PEL_TESTS_STENCIL_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

#include <pel/stencil.h>

/* Cells of the grid; cells from the first to the last in memory, and their bytes. */
size_t oracle_cells(const pel_stencil_desc *desc);
size_t oracle_extent(const pel_stencil_desc *desc);
size_t oracle_bytes(const pel_stencil_desc *desc);

/* Whether the cell at this place keeps its value. */
bool oracle_keeps(const pel_stencil_desc *desc, const size_t *at);

/* Advances u in place. */
void oracle_run(const pel_stencil_desc *desc, void *u, size_t steps);

/* Advances two levels of time, the newer one first, which trade places with each step. */
void oracle_run_levels(const pel_stencil_desc *desc, void *levels[2], size_t steps);

#endif
