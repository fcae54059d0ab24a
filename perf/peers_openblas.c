/* OpenBLAS as a peer of sums, norms and dot products. */
#include "config.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>

#include "perf/peers.h"

enum { MOST = 1 << 30 }; /* elements of a call, which counts in int */

static int next(const struct peer_job *job, size_t done)
{
    return job->n - done < MOST ? (int)(job->n - done) : MOST;
}

/* OpenBLAS sets the number for all who use OpenMP in this thread, so it is put back. */
#define REDUCE(name, T, call)                                                                                          \
    static void name(const struct peer_job *job)                                                                       \
    {                                                                                                                  \
        const T *x = job->x, *y = job->y;                                                                              \
        T sum = 0;                                                                                                     \
        int usual = omp_get_max_threads();                                                                             \
        (void)y;                                                                                                       \
        openblas_set_num_threads(job->threads);                                                                        \
        for (size_t i = 0; i < job->n; i += MOST)                                                                      \
            sum = (T)(call);                                                                                           \
        omp_set_num_threads(usual);                                                                                    \
        *(T *)job->result = sum;                                                                                       \
    }

REDUCE(sum_f32, float, sum + cblas_ssum(next(job, i), x + i, 1))
REDUCE(sum_f64, double, sum + cblas_dsum(next(job, i), x + i, 1))
REDUCE(dot_f32, float, sum + cblas_sdot(next(job, i), x + i, 1, y + i, 1))
REDUCE(dot_f64, double, sum + cblas_ddot(next(job, i), x + i, 1, y + i, 1))
REDUCE(asum_f32, float, sum + cblas_sasum(next(job, i), x + i, 1))
REDUCE(asum_f64, double, sum + cblas_dasum(next(job, i), x + i, 1))
REDUCE(nrm2_f32, float, hypot((double)sum, (double)cblas_snrm2(next(job, i), x + i, 1)))
REDUCE(nrm2_f64, double, hypot(sum, cblas_dnrm2(next(job, i), x + i, 1)))

#define ROW(op_, suffix, dtype)                                                                                        \
    {                                                                                                                  \
        .name = "OpenBLAS", .origin = "OpenBLAS " PEL_VERSION_OPENBLAS, .op = #op_, .dtypes = 1u << dtype,             \
        .parallel = true, .run = op_##_##suffix                                                                        \
    }

#define ROWS(op) ROW(op, f32, PEL_F32), ROW(op, f64, PEL_F64)

const struct peer peers_openblas[] = {ROWS(sum), ROWS(dot), ROWS(asum), ROWS(nrm2), {.name = NULL}};
