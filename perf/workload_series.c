/* Workloads of many sorts at once: of segments of random length, and of series along the slow axis of an array. */
#include <math.h>

#include "perf/data.h"
#include "perf/program.h"
#include "perf/workload.h"

#define SERIES(suffix, T)                                                                                              \
    static pel_status sort_segments_##suffix(const struct workload *w, void *data, const pel_opts *opts)               \
    {                                                                                                                  \
        return pel_sort_segments_##suffix((T *)data, w->y, w->nsegments, opts);                                        \
    }                                                                                                                  \
    static pel_status sort_axis_##suffix(const struct workload *w, void *data, const pel_opts *opts)                   \
    {                                                                                                                  \
        const size_t shape[2] = {w->length, w->n / w->length};                                                         \
        return pel_sort_axis_##suffix((T *)data, 2, shape, 0, opts);                                                   \
    }

SERIES(f32, float)
SERIES(f64, double)
SERIES(i32, int32_t)
SERIES(i64, int64_t)
SERIES(u32, uint32_t)
SERIES(u64, uint64_t)

#define ROW(op)                                                                                                        \
    {                                                                                                                  \
        [PEL_F32] = op##_f32, [PEL_F64] = op##_f64, [PEL_I32] = op##_i32, [PEL_I64] = op##_i64, [PEL_U32] = op##_u32,  \
        [PEL_U64] = op##_u64                                                                                           \
    }
typedef pel_status series_run(const struct workload *w, void *data, const pel_opts *opts);
static series_run *const runs[PEL_NOPS][PEL_NDTYPES] = {
    [PEL_OP_SORT_SEGMENTS] = ROW(sort_segments),
    [PEL_OP_SORT_AXIS] = ROW(sort_axis),
};

static bool serves(enum pel_op op, pel_dtype dtype)
{
    return runs[op][dtype] != NULL;
}

/* Segments of 0 to twice the usual length, all keys in one of them. */
static void cut_segments(struct workload *workload, size_t usual)
{
    size_t n = workload->n, most = n / (usual + 1) * 2 + 16, *offset = allocate((most + 1) * sizeof *offset);
    uint64_t random = workload->spec.seed;
    workload->y = offset;
    offset[0] = 0;
    while (offset[workload->nsegments] < n) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t here = offset[workload->nsegments++], length = (size_t)((random >> 33) % (2 * usual + 1));
        bool last = workload->nsegments == most || length > n - here;
        offset[workload->nsegments] = last ? n : here + length;
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void open(struct workload *workload)
{
    enum { USUAL_SEGMENT = 32 };
    const struct workload_spec *spec = &workload->spec;
    size_t size = pel_dtype_size(spec->dtype);
    workload->n = spec->n;
    if (spec->op == PEL_OP_SORT_SEGMENTS) {
        cut_segments(workload, spec->length ? spec->length : USUAL_SEGMENT);
    } else {
        workload->length = smaller(spec->length ? spec->length : (size_t)sqrt((double)spec->n), spec->n);
        workload->n = spec->n / workload->length * workload->length;
    }
    workload->elements = workload->n;
    workload->extent = workload->n * size;
    workload->bytes = 2 * workload->extent;
    workload_fill_copies(workload);
}

static pel_status run(struct entrant *entrant, void *data)
{
    const struct workload *w = entrant->workload;
    return runs[w->spec.op][w->spec.dtype](w, data, &entrant->opts);
}

const struct workload_family workload_series = {.serves = serves, .open = open, .run = run, .in_place = true};
