/* The machine around us: how many processors this process may use, and its caches. */
#ifndef PEL_LIB_TOPOLOGY_H
#define PEL_LIB_TOPOLOGY_H

#include <stddef.h>

#include "lib/text.h"

/* Processors that cpuset and cgroup quota leave to this process, at least 1; found out once. */
int pel_topology_processors(void);

/* Bytes of the data cache of level 1, 2 or 3 as one core sees it; a cautious guess where the system does not say. */
size_t pel_topology_cache(int level);

/* Tells all that is known, and where each limit comes from. */
void pel_topology_explain(struct pel_text *text);

#endif
