/* pel bench --family dispatch: what a pick costs. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/dispatch.h"
#include "lib/names.h"
#include "perf/bench.h"
#include "perf/program.h"
#include "perf/stats.h"

/* Requests for one more thread class each: the first of a class is resolved, the others find it done. */
static struct pel_request request_of(enum pel_op op, pel_dtype dtype, int class)
{
    static const struct pel_stencil_shape shape = {.ndim = 3, .row = 100, .ntaps = 7, .radius = 1};
    return (struct pel_request){
        .op = op, .dtype = dtype, .threads = 1 << class, .n = 1000000, .stencil = op == PEL_OP_STENCIL ? &shape : NULL};
}

static struct measure_time time_picks(const struct pel_request *request, size_t picks)
{
    struct pel_pick pick;
    double start = now_seconds();
    for (size_t i = 0; i < picks; i++) {
        pel_status status = pel_dispatch(request, NULL, &pick);
        if (status != PEL_OK)
            die("%s %s: %s", pel_op_name(request->op), pel_dtype_name(request->dtype), pel_strerror(status));
    }
    double spent = now_seconds() - start;
    return (struct measure_time){spent, spent, 0};
}

static double add_result(const struct bench *bench, const struct pel_request *request, const char *what, size_t runs,
                         const struct measure_time *time, size_t repetitions)
{
    char name[96];
    double *seconds = allocate(repetitions * sizeof *seconds);
    snprintf(name, sizeof name, "dispatch/%s/%s/%s", pel_op_name(request->op), pel_dtype_name(request->dtype), what);
    gbench_add(bench->gbench,
               &(struct gbench_result){
                   .name = name, .label = "", .threads = 1, .repetitions = repetitions, .runs = runs, .time = time});
    for (size_t i = 0; i < repetitions; i++)
        seconds[i] = time[i].real / (double)runs;
    double median = stats_median(seconds, repetitions);
    free(seconds);
    return median;
}

static void bench_pick(const struct bench *bench, enum pel_op op, pel_dtype dtype)
{
    enum { WARM = 1 << 16 };
    struct measure_time first[PEL_THREAD_CLASSES];
    size_t repetitions = bench->rules.repetitions;
    struct measure_time *warm = allocate(repetitions * sizeof *warm);
    struct pel_request request = request_of(op, dtype, 0);
    for (int class = 0; class < PEL_THREAD_CLASSES; class ++) {
        request = request_of(op, dtype, class);
        first[class] = time_picks(&request, 1);
    }
    for (size_t i = 0; i < repetitions; i++)
        warm[i] = time_picks(&request, WARM);
    double first_median = add_result(bench, &request, "first", 1, first, PEL_THREAD_CLASSES);
    double warm_median = add_result(bench, &request, "warm", WARM, warm, repetitions);
    fprintf(bench->table, "%-13s %-4s %12.1f %12.2f\n", pel_op_name(op), pel_dtype_name(dtype), 1e9 * warm_median,
            1e6 * first_median);
    free(warm);
}

void bench_dispatch(const struct bench *bench)
{
    enum pel_op op = (enum pel_op)0;
    pel_dtype dtype = (pel_dtype)0;
    fprintf(bench->table, "%-13s %-4s %12s %12s\n", "op", "type", "warm, ns", "first, us");
    for (bool next = false; select_next(&bench->selection, next, &op, &dtype); next = true)
        bench_pick(bench, op, dtype);
}
