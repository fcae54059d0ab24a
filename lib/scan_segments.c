/* Segmented scans: each segment by itself, on the threads that the whole is worth. */
#include <pel/segment.h>

#include <stdatomic.h>
#include <string.h>

#include "kernels/scan/leaf.h"
#include "lib/dispatch.h"
#include "lib/offsets.h"
#include "lib/scan_range.h"
#include "lib/team.h"
#include "lib/trace.h"

struct job {
    pel_dtype dtype;
    const char *in;
    char *out;
    size_t size;
    struct pel_offsets segments;
    const struct pel_scan_leaf *leaf;
    bool excludes;
    atomic_bool unfit; /* a sum does not fit */
};

static size_t length_of(const struct job *job, size_t s)
{
    return job->segments.offsets[s + 1] - job->segments.offsets[s];
}

/* Sums of integers. Most often the bounds show that they fit. */
static bool fits(const struct job *job, size_t s)
{
    const char *in = job->in + job->segments.offsets[s] * job->size;
    size_t checked = length_of(job, s) - job->excludes;
    struct pel_scan_range range = {0, 0, 0};
    job->leaf->total(in, checked, &range, 0);
    return pel_scan_range_fits(job->dtype, &range, 0) || job->leaf->fits(in, checked, 0);
}

static void check_part(void *context, size_t part)
{
    struct job *job = context;
    size_t end = pel_offsets_part(&job->segments, part + 1);
    for (size_t s = pel_offsets_part(&job->segments, part); s < end; s++) {
        if (length_of(job, s) > 0 && !fits(job, s))
            atomic_store_explicit(&job->unfit, true, memory_order_relaxed);
    }
}

static void scan_part(void *context, size_t part)
{
    struct job *job = context;
    size_t end = pel_offsets_part(&job->segments, part + 1);
    for (size_t s = pel_offsets_part(&job->segments, part); s < end; s++) {
        union pel_scan_carry carry = job->leaf->start;
        size_t at = job->segments.offsets[s] * job->size, n = length_of(job, s);
        job->leaf->scan(job->in + at, job->out + at, n, &carry, job->excludes ? PEL_SCAN_EXCLUDES : 0, NULL);
        if (job->excludes && n > 0)
            memset(job->out + at, 0, job->size);
    }
}

static pel_status check(const struct job *job, const pel_opts *opts)
{
    size_t end = 0, offsets = (job->segments.count + 1) * sizeof *job->segments.offsets;
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK)
        status = pel_offsets_check(&job->segments);
    if (status == PEL_OK)
        status = pel_check_array(job->in, end = pel_offsets_end(&job->segments), job->size);
    if (status == PEL_OK)
        status = pel_check_array(job->out, end, job->size);
    if (status == PEL_OK && end > 0 &&
        ((job->in != job->out && pel_overlap(job->in, end * job->size, job->out, end * job->size)) ||
         pel_overlap(job->segments.offsets, offsets, job->out, end * job->size)))
        status = PEL_EINVAL;
    return status == PEL_OK && pel_asks_to_skip(job->dtype, opts) ? PEL_ENOTSUP : status;
}

static pel_status run(struct job *job, int team)
{
    enum { PARTS_PER_THREAD = 8 };
    job->segments.parts = team > 1 ? (size_t)team * PARTS_PER_THREAD : 1;
    atomic_init(&job->unfit, false);
    if (job->leaf->fits)
        pel_team_for(team, job->segments.parts, check_part, job);
    if (atomic_load_explicit(&job->unfit, memory_order_relaxed))
        return PEL_ERANGE;
    pel_team_for(team, job->segments.parts, scan_part, job);
    return PEL_OK;
}

static pel_status scan_segments(pel_dtype dtype, const void *in, const size_t *offsets, size_t segments, void *out,
                                const pel_opts *opts)
{
    struct job job = {
        .dtype = dtype, .in = in, .out = out, .size = pel_dtype_size(dtype), .segments = {offsets, segments, 1}};
    struct pel_pick pick;
    struct pel_span span;
    pel_status status = check(&job, opts);
    if (status != PEL_OK)
        return status;
    struct pel_request request = {.op = PEL_OP_SCAN,
                                  .dtype = dtype,
                                  .flags = pel_flags(opts),
                                  .threads = pel_team_threads(opts),
                                  .n = pel_offsets_end(&job.segments),
                                  .borrowed = true};
    status = pel_dispatch(&request, opts, &pick);
    if (status != PEL_OK || segments == 0)
        return status;
    job.leaf = pick.kernel->run.scan;
    job.excludes = request.flags & PEL_EXCLUSIVE;
    pel_trace_begin(&span, &pick, request.n);
    status = run(&job, pick.team);
    pel_trace_end(&span);
    return status;
}

#define SCAN(T, suffix, DTYPE)                                                                                         \
    pel_status pel_scan_segments_##suffix(const T *in, const size_t *offsets, size_t segments, T *out,                 \
                                          const pel_opts *opts)                                                        \
    {                                                                                                                  \
        return scan_segments(DTYPE, in, offsets, segments, out, opts);                                                 \
    }

SCAN(float, f32, PEL_F32)
SCAN(double, f64, PEL_F64)
SCAN(int32_t, i32, PEL_I32)
SCAN(int64_t, i64, PEL_I64)
SCAN(uint32_t, u32, PEL_U32)
SCAN(uint64_t, u64, PEL_U64)
