/* From the description of a system to one that can be run without thinking. */
#include <string.h>

#include "lib/block.h"
#include "lib/element.h"
#include "lib/stencil_sides.h"
#include "lib/stencil_system.h"
#include "lib/topology.h"

enum {
    MOST_HEIGHT = 1024,
    THREAD_CELLS = 1 << 13, /* times stages: work that is worth a thread */
};

static bool good_field(const pel_field *field, int ndim)
{
    if (pel_dtype_size(field->dtype) == 0)
        return false;
    for (int a = 0; a < ndim; a++) {
        if (!pel_stencil_good_sides(field->boundary[a]))
            return false;
    }
    return pel_element_can_hold(field->dtype, field->boundary_value);
}

static bool good_access(const pel_access *access, const pel_system_desc *desc)
{
    for (int a = 0; a < 3; a++) {
        int most = a < desc->ndim ? PEL_STENCIL_MAX_RADIUS : 0;
        for (int side = 0; side < 2; side++) {
            if (access->reach[a][side] < 0 || access->reach[a][side] > most)
                return false;
        }
    }
    return access->field < desc->nfields;
}

static bool good_stage(const pel_stage *stage, const pel_system_desc *desc)
{
    if (!stage->row || stage->nreads > PEL_SYSTEM_MOST || stage->nwrites < 1 || stage->nwrites > PEL_SYSTEM_MOST ||
        (!stage->reads && stage->nreads) || !stage->writes)
        return false;
    uint64_t read = 0, written = 0;
    for (size_t i = 0; i < stage->nreads; i++) {
        if (!good_access(&stage->reads[i], desc) || read >> stage->reads[i].field & 1)
            return false;
        read |= (uint64_t)1 << stage->reads[i].field;
    }
    for (size_t i = 0; i < stage->nwrites; i++) {
        if (stage->writes[i] >= desc->nfields || written >> stage->writes[i] & 1)
            return false;
        written |= (uint64_t)1 << stage->writes[i];
    }
    return true;
}

static bool good_counts(const pel_system_desc *desc)
{
    return desc->ndim >= 1 && desc->ndim <= 3 && desc->fields && desc->nfields >= 1 &&
           desc->nfields <= PEL_SYSTEM_MOST && desc->stages && desc->nstages >= 1 && desc->nstages <= PEL_SYSTEM_MOST;
}

/* Whether all fields, twice, can be addressed. */
static bool fits(const pel_system_desc *desc)
{
    size_t bytes = (size_t)4 * PEL_SYSTEM_MOST * sizeof(double);
    for (int a = 0; a < desc->ndim; a++) {
        if (__builtin_mul_overflow(bytes, desc->shape[a], &bytes))
            return false;
    }
    return true;
}

pel_status pel_system_check(const pel_system_desc *desc)
{
    if (!desc || desc->size < sizeof *desc || !good_counts(desc))
        return PEL_EINVAL;
    for (int a = 0; a < desc->ndim; a++) {
        if (desc->shape[a] < 1)
            return PEL_EINVAL;
    }
    for (size_t i = 0; i < desc->nfields; i++) {
        if (!good_field(&desc->fields[i], desc->ndim))
            return PEL_EINVAL;
    }
    for (size_t i = 0; i < desc->nstages; i++) {
        if (!good_stage(&desc->stages[i], desc))
            return PEL_EINVAL;
    }
    return fits(desc) ? PEL_OK : PEL_ERANGE;
}

/* The arrays of a system in its block. */
static void lay_out(struct pel_system *system, const pel_system_desc *desc, struct pel_block *block)
{
    enum { OUTSIDE = PEL_ROW_CELLS + 2 * PEL_STENCIL_MAX_RADIUS };
    pel_block_carve(block, 1, sizeof *system);
    struct pel_system_field *fields = pel_block_carve(block, desc->nfields, sizeof *fields);
    struct pel_system_stage *stages = pel_block_carve(block, desc->nstages, sizeof *stages);
    for (size_t i = 0; i < desc->nfields; i++) {
        char *outside = pel_block_carve(block, OUTSIDE, pel_dtype_size(desc->fields[i].dtype));
        if (!outside)
            continue;
        for (size_t x = 0; x < OUTSIDE; x++)
            pel_element_store(outside, desc->fields[i].dtype, x, desc->fields[i].boundary_value);
        fields[i].outside = outside;
    }
    for (size_t i = 0; i < desc->nstages; i++) {
        const pel_stage *stage = &desc->stages[i];
        struct pel_system_read *reads = pel_block_carve(block, stage->nreads, sizeof *reads);
        struct pel_system_write *writes = pel_block_carve(block, stage->nwrites, sizeof *writes);
        if (stages)
            stages[i] = (struct pel_system_stage){stage->row, stage->context, .reads = reads, .writes = writes};
    }
    system->fields = fields;
    system->stages = stages;
}

static void fill_field(struct pel_system_field *field, const pel_field *from, const struct pel_system *system)
{
    int missing = 3 - system->space.ndim;
    field->size = pel_dtype_size(from->dtype);
    for (int a = 0; a < 3; a++) {
        static const pel_boundary none[2] = {PEL_BOUNDARY_FIXED, PEL_BOUNDARY_FIXED};
        pel_stencil_set_sides(&field->axis[a], a < missing ? none : from->boundary[a - missing], system->axis[a].n);
    }
}

static bool reaches_out(const struct pel_system_read *read)
{
    for (int a = 0; a < 3; a++) {
        if (read->reach[a][0] || read->reach[a][1])
            return true;
    }
    return false;
}

static void fill_read(struct pel_system_read *read, const pel_access *from, int missing)
{
    *read = (struct pel_system_read){.field = from->field};
    for (int a = missing; a < 3; a++)
        memcpy(read->reach[a], from->reach[a - missing], sizeof read->reach[a]);
    read->rows = 1;
    for (int a = 0; a < 2; a++)
        read->rows *= (size_t)(read->reach[a][0] + 1 + read->reach[a][1]);
}

/* How the stage treats the cells near the sides of an axis. */
static void fill_sides(struct pel_system_stage *stage, const pel_system_desc *desc, struct pel_system *system, int a)
{
    struct pel_stencil_axis *axis = &system->axis[a];
    int missing = 3 - desc->ndim;
    size_t kept[2] = {0, 0}, reach[2] = {0, 0};
    for (size_t i = 0; a >= missing && i < stage->nreads; i++) {
        const struct pel_system_read *read = &stage->reads[i];
        const pel_boundary *boundary = desc->fields[read->field].boundary[a - missing];
        for (int side = 0; side < 2; side++) {
            reach[side] = pel_stencil_larger(reach[side], (size_t)read->reach[a][side]);
            if (boundary[side] == PEL_BOUNDARY_FIXED)
                kept[side] = pel_stencil_larger(kept[side], (size_t)read->reach[a][side]);
        }
        axis->periodic = axis->periodic || boundary[0] == PEL_BOUNDARY_PERIODIC;
    }
    stage->first[a] = pel_stencil_smaller(kept[0], axis->n);
    stage->last[a] = pel_stencil_larger(axis->n - pel_stencil_smaller(kept[1], axis->n), stage->first[a]);
    axis->reach = pel_stencil_larger(axis->reach, pel_stencil_larger(reach[0], reach[1]));
    if (a == 2) {
        stage->inner = pel_stencil_smaller(reach[0], axis->n);
        stage->inner_last = axis->n - pel_stencil_smaller(reach[1], axis->n);
    }
}

static void fill_stage(struct pel_system_stage *stage, const pel_stage *from, const pel_system_desc *desc,
                       struct pel_system *system)
{
    stage->nreads = from->nreads;
    stage->nwrites = from->nwrites;
    for (size_t i = 0; i < stage->nreads; i++) {
        fill_read(&stage->reads[i], &from->reads[i], 3 - desc->ndim);
        stage->reads[i].turn = system->fields[stage->reads[i].field].turns;
        stage->rows += stage->reads[i].rows;
    }
    for (size_t i = 0; i < stage->nwrites; i++) {
        struct pel_system_write *write = &stage->writes[i];
        struct pel_system_field *field = &system->fields[from->writes[i]];
        *write = (struct pel_system_write){.field = from->writes[i], .turn = field->turns};
        for (size_t k = 0; k < stage->nreads; k++)
            write->turns = write->turns || (stage->reads[k].field == write->field && reaches_out(&stage->reads[k]));
        field->turns += write->turns;
    }
    for (int a = 0; a < 3; a++)
        fill_sides(stage, desc, system, a);
}

static bool is_written(const struct pel_system *system, size_t field)
{
    for (size_t i = 0; i < system->nstages; i++) {
        for (size_t k = 0; k < system->stages[i].nwrites; k++) {
            if (system->stages[i].writes[k].field == field)
                return true;
        }
    }
    return false;
}

static void choose_tiling(struct pel_system *system, int threads)
{
    struct pel_stencil_space *space = &system->space;
    size_t shares = system->cells / THREAD_CELLS * system->nstages;
    space->axis = system->axis;
    space->unit = PEL_ROW_CELLS;
    space->team = shares < 2 ? 1 : (int)pel_stencil_smaller(shares, (size_t)threads);
    space->cache = pel_topology_cache(2) / 2;
    space->most_height = MOST_HEIGHT;
    for (size_t i = 0; i < system->nfields; i++) {
        const struct pel_system_field *field = &system->fields[i];
        space->bytes += field->turns ? 2 * field->size : field->size;
        space->fixed_bytes += is_written(system, i) ? 0 : field->size;
        space->swept_bytes += field->turns ? 3 * field->size : is_written(system, i) ? 2 * field->size : field->size;
    }
    pel_stencil_choose_tiling(space);
}

static void fill(struct pel_system *system, const pel_system_desc *desc, int threads)
{
    int missing = 3 - desc->ndim;
    system->space.ndim = desc->ndim;
    system->nfields = desc->nfields;
    system->nstages = desc->nstages;
    system->cells = 1;
    for (int a = 0; a < 3; a++) {
        size_t n = a < missing ? 1 : desc->shape[a - missing];
        system->axis[a] = (struct pel_stencil_axis){.n = n, .last = n};
        system->cells *= n;
    }
    for (size_t i = 0; i < desc->nfields; i++)
        fill_field(&system->fields[i], &desc->fields[i], system);
    for (size_t i = 0; i < desc->nstages; i++)
        fill_stage(&system->stages[i], &desc->stages[i], desc, system);
    system->dtype = pel_dtype_name(desc->fields[0].dtype);
    for (size_t i = 1; i < desc->nfields; i++)
        system->dtype = desc->fields[i].dtype == desc->fields[0].dtype ? system->dtype : NULL;
    choose_tiling(system, threads);
}

struct pel_system *pel_system_make(const pel_system_desc *desc, int threads)
{
    struct pel_system counted;
    struct pel_block block = {NULL, 0};
    lay_out(&counted, desc, &block);
    struct pel_system *system = pel_memory_new(1, block.used);
    if (!system)
        return NULL;
    block = (struct pel_block){(char *)system, 0};
    lay_out(system, desc, &block);
    fill(system, desc, threads);
    return system;
}
