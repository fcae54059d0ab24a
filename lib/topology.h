/* The machine around us: caches, places, NUMA nodes. How many threads may be used is lib/budget.h's matter. */
#ifndef PEL_LIB_TOPOLOGY_H
#define PEL_LIB_TOPOLOGY_H

#include <stddef.h>

#include "lib/text.h"

/* Bytes of the data cache of level 1, 2 or 3 as one core sees it; a cautious guess where the system does not say.
 * Cheap. */
size_t pel_topology_cache(int level);

/* What hwloc finds, or without it a machine of one package, node and place. A place is what shares a last-level cache.
 * hwloc takes milliseconds to look around, so an ordinary call has no business here. */
struct pel_machine {
    const char *source;
    int packages, nodes, places, cores, processors;
    struct {
        size_t bytes, line; /* 0: not known, or there is none */
        int sharers;        /* processors that share one */
    } cache[3];             /* of level 1, 2, 3 */
};

/* Found out once, then constant. */
const struct pel_machine *pel_topology_machine(void);

void pel_topology_explain(struct pel_text *text);

#endif
