#include "lib/topology.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

static int processors;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int processors_of_cpuset(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

static void detect(void)
{
    processors = processors_of_cpuset();
}

int pel_topology_processors(void)
{
    pthread_once(&once, detect);
    return processors;
}

size_t pel_topology_cache(int level)
{
    static const struct {
        int name;
        size_t guess;
    } caches[] = {
        {_SC_LEVEL1_DCACHE_SIZE, 32 << 10}, {_SC_LEVEL2_CACHE_SIZE, 512 << 10}, {_SC_LEVEL3_CACHE_SIZE, 8 << 20}};
    long size = sysconf(caches[level - 1].name);
    return size > 0 ? (size_t)size : caches[level - 1].guess;
}

void pel_topology_explain(struct pel_text *text)
{
    pel_text_add(text, "processors: %d\n", pel_topology_processors());
}
