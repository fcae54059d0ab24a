#include "perf/measure.h"

#include "perf/program.h"

/* Runs that may follow each other without a reset. */
static size_t stretch(const struct workload *workload, size_t runs)
{
    return workload->copies && workload->copies < runs ? workload->copies : runs;
}

pel_status measure_runs(struct entrant *entrant, size_t runs, double *seconds)
{
    struct workload *workload = entrant->workload;
    pel_status status = PEL_OK;
    *seconds = 0;
    for (size_t done = 0; done < runs && status == PEL_OK;) {
        size_t count = stretch(workload, runs - done);
        workload_reset(workload, count);
        double start = now_seconds();
        for (size_t i = 0; i < count && status == PEL_OK; i++)
            status = entrant_run(entrant, i);
        *seconds += now_seconds() - start;
        done += count;
    }
    return status;
}

pel_status measure_calibrate(struct entrant *entrant, double seconds, size_t *runs)
{
    double spent = 0;
    size_t tried = 1;
    pel_status status = measure_runs(entrant, tried, &spent);
    while (status == PEL_OK && spent < seconds / 8) {
        tried *= 2;
        status = measure_runs(entrant, tried, &spent);
    }
    double wanted = status == PEL_OK ? (double)tried * seconds / spent : 1;
    *runs = wanted > 1 ? (size_t)wanted : 1;
    return status;
}
