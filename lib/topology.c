#include "lib/topology.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

#ifdef PEL_HAVE_HWLOC
#include <hwloc.h>
#endif

enum { LEVELS = 3 };

static size_t caches[LEVELS];
static pthread_once_t caches_once = PTHREAD_ONCE_INIT;

/* Reads one item of what Linux tells of a cache of the first processor. */
static bool read_item(int index, const char *item, const char *format, void *value)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, item);
    FILE *file = fopen(path, "re");
    bool read = file && fscanf(file, format, value) == 1;
    if (file)
        fclose(file);
    return read;
}

/* 0 where Linux does not tell. */
static size_t cache_of_linux(int level)
{
    int of;
    char type[16];
    size_t kib;
    for (int index = 0; read_item(index, "level", "%d", &of); index++) {
        if (of == level && read_item(index, "type", "%15s", type) && strcmp(type, "Instruction") != 0 &&
            read_item(index, "size", "%zuK", &kib) && kib > 0 && kib < 1u << 22)
            return kib << 10;
    }
    return 0;
}

/* Linux before the C library: of AMD processors on virtual machines glibc multiplies the third level, 10 times once. */
static void find_caches(void)
{
    static const struct {
        int name;
        size_t guess;
    } levels[LEVELS] = {
        {_SC_LEVEL1_DCACHE_SIZE, 32 << 10}, {_SC_LEVEL2_CACHE_SIZE, 512 << 10}, {_SC_LEVEL3_CACHE_SIZE, 8 << 20}};
    for (int i = 0; i < LEVELS; i++) {
        caches[i] = cache_of_linux(i + 1);
        if (caches[i] > 0)
            continue;
        long size = sysconf(levels[i].name);
        caches[i] = size > 0 ? (size_t)size : levels[i].guess;
    }
}

size_t pel_topology_cache(int level)
{
    pthread_once(&caches_once, find_caches);
    return caches[level - 1];
}

static struct pel_machine machine;
static pthread_once_t machine_once = PTHREAD_ONCE_INIT;

#ifdef PEL_HAVE_HWLOC

static int count(hwloc_topology_t topology, hwloc_obj_type_t type)
{
    int number = hwloc_get_nbobjs_by_type(topology, type);
    return number > 0 ? number : 1;
}

static void describe(hwloc_topology_t topology)
{
    static const hwloc_obj_type_t types[LEVELS] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE};
    machine.source = hwloc_topology_is_thissystem(topology) ? "hwloc" : "hwloc, an imitated machine";
    machine.packages = count(topology, HWLOC_OBJ_PACKAGE);
    machine.nodes = count(topology, HWLOC_OBJ_NUMANODE);
    machine.cores = count(topology, HWLOC_OBJ_CORE);
    machine.processors = count(topology, HWLOC_OBJ_PU);
    machine.places = machine.nodes;
    for (int i = 0; i < LEVELS; i++) {
        hwloc_obj_t cache = hwloc_get_obj_by_type(topology, types[i], 0);
        if (!cache)
            continue;
        machine.cache[i].bytes = (size_t)cache->attr->cache.size;
        machine.cache[i].line = cache->attr->cache.linesize;
        machine.cache[i].sharers = hwloc_bitmap_weight(cache->cpuset);
        if (i == LEVELS - 1)
            machine.places = count(topology, types[i]);
    }
}

static bool ask_hwloc(void)
{
    hwloc_topology_t topology;
    if (hwloc_topology_init(&topology) != 0)
        return false;
    bool loaded = hwloc_topology_load(topology) == 0;
    if (loaded)
        describe(topology);
    hwloc_topology_destroy(topology);
    return loaded;
}

#else

static bool ask_hwloc(void)
{
    return false;
}

#endif

static void find_machine(void)
{
    if (ask_hwloc())
        return;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    int processors = online > 0 ? (int)online : 1;
    machine = (struct pel_machine){"the C library", 1, 1, 1, processors, processors, {{0, 0, 0}}};
    for (int i = 0; i < LEVELS; i++) {
        machine.cache[i].bytes = pel_topology_cache(i + 1);
        machine.cache[i].sharers = i < LEVELS - 1 ? 1 : processors;
    }
}

const struct pel_machine *pel_topology_machine(void)
{
    pthread_once(&machine_once, find_machine);
    return &machine;
}

static void explain_number(struct pel_text *text, int number, const char *noun)
{
    pel_text_add(text, "%d %s%s", number, noun, number == 1 ? "" : "s");
}

void pel_topology_explain(struct pel_text *text)
{
    const struct pel_machine *m = pel_topology_machine();
    const struct {
        int number;
        const char *noun;
    } parts[] = {{m->packages, "package"},
                 {m->nodes, "NUMA node"},
                 {m->places, "place"},
                 {m->cores, "core"},
                 {m->processors, "processor"}};
    pel_text_add(text, "machine, by %s: ", m->source);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        pel_text_add(text, "%s", i ? ", " : "");
        explain_number(text, parts[i].number, parts[i].noun);
    }
    pel_text_add(text, "\n");
    for (int i = 0; i < LEVELS; i++) {
        if (m->cache[i].bytes == 0)
            continue;
        pel_text_add(text, "  L%d cache: %zu KiB, for ", i + 1, m->cache[i].bytes >> 10);
        explain_number(text, m->cache[i].sharers, "processor");
        pel_text_add(text, "\n");
    }
}
