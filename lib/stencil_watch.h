/* Long runs in portions, with a look at the caller's wishes between them. */
#ifndef PEL_LIB_STENCIL_WATCH_H
#define PEL_LIB_STENCIL_WATCH_H

#include <pel/stencil.h>

#include "lib/stencil_space.h"

struct pel_stencil_watch {
    size_t steps;
    pel_progress *progress; /* NULL: one portion */
    void *context;
    size_t *done; /* or NULL */
};

/* Sets *done. */
void pel_stencil_watch_set(const struct pel_stencil_watch *watch, size_t done);

/* Advances by steps [first, first + steps) of the run. */
typedef void pel_stencil_portion(void *context, size_t first, size_t steps);

/* Runs portions of about the same work, a step being that of `cells` cells. */
void pel_stencil_watch(const struct pel_stencil_watch *watch, const struct pel_stencil_space *space, size_t cells,
                       pel_stencil_portion *portion, void *context);

#endif
