#include "perf/measure.h"

#include <time.h>

#include "perf/energy.h"
#include "perf/program.h"

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Runs that may follow each other without a reset. */
static size_t stretch(const struct workload *workload, size_t runs)
{
    return workload->copies && workload->copies < runs ? workload->copies : runs;
}

pel_status measure_runs(struct entrant *entrant, size_t runs, struct measure_time *time)
{
    struct workload *workload = entrant->workload;
    pel_status status = PEL_OK;
    *time = (struct measure_time){0};
    for (size_t done = 0; done < runs && status == PEL_OK;) {
        size_t count = stretch(workload, runs - done);
        workload_reset(workload, done, count);
        double joules = energy_joules(), cpu = cpu_seconds(), start = now_seconds();
        for (size_t i = 0; i < count && status == PEL_OK; i++)
            status = entrant_run(entrant, i);
        time->real += now_seconds() - start;
        time->cpu += cpu_seconds() - cpu;
        time->joules += energy_joules() - joules;
        done += count;
    }
    return status;
}

pel_status measure_calibrate(struct entrant *entrant, double seconds, size_t *runs)
{
    struct measure_time spent;
    size_t tried = 1;
    pel_status status = measure_runs(entrant, tried, &spent);
    while (status == PEL_OK && spent.real < seconds / 8) {
        tried *= 2;
        status = measure_runs(entrant, tried, &spent);
    }
    double wanted = status == PEL_OK && spent.real > 0 ? (double)tried * seconds / spent.real : 1;
    *runs = wanted > 1 ? (size_t)wanted : 1;
    return status;
}

pel_status measure_settle(struct entrant *entrant)
{
    static const struct timespec pause = {0, 4000000};
    struct measure_time ignored;
    nanosleep(&pause, NULL);
    return measure_runs(entrant, 1, &ignored);
}
