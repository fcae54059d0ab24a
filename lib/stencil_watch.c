#include "lib/stencil_watch.h"

enum { PORTION = 1 << 26 }; /* cells: tens of milliseconds */

void pel_stencil_watch_set(const struct pel_stencil_watch *watch, size_t done)
{
    if (watch->done)
        *watch->done = done;
}

/* An even number of whole rows of tiles. */
static size_t steps_of(const struct pel_stencil_watch *watch, const struct pel_stencil_space *space, size_t cells)
{
    size_t even = space->tiling.why_not ? 2 : 2 * space->tiling.height;
    return watch->progress ? (PORTION / cells / even + 1) * even : watch->steps;
}

void pel_stencil_watch(const struct pel_stencil_watch *watch, const struct pel_stencil_space *space, size_t cells,
                       pel_stencil_portion *portion, void *context)
{
    size_t done = 0, most = steps_of(watch, space, cells);
    bool stop = false;
    while (done < watch->steps && !stop) {
        size_t steps = pel_stencil_smaller(most, watch->steps - done);
        portion(context, done, steps);
        done += steps;
        if (watch->done)
            *watch->done = done;
        stop = done < watch->steps && watch->progress(watch->context, done, watch->steps) != 0;
    }
}
