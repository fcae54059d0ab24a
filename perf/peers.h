/* Peers: other people's code for the same work, measured beside ours. Readable from C and C++. */
#ifndef PEL_PERF_PEERS_H
#define PEL_PERF_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include <pel/export.h>
#include <pel/system.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

/* What a peer is given. */
struct peer_job {
    pel_dtype dtype;
    size_t n; /* elements; of a stencil cells */
    int threads;
    const void *x, *y;   /* inputs of a reduction; x: of a scan */
    void *result;        /* of a reduction; counts of a histogram, and three of what is below, above and NaN */
    void *data;          /* keys to sort; the output of a scan; the grid, which holds the result in the end */
    void *scratch;       /* of a stencil: as large as the grid, with the same boundary */
    size_t grid[3];      /* of a stencil, cells along each axis, the slowest first, and 1 before them */
    size_t steps, ntaps; /* of a stencil */
    size_t length;       /* of a series along the slow axis */
    size_t nsegments;    /* to sort; y: where each starts, and where the last ends */
    double *coef;        /* of a stencil, in the order of pel's taps */
    void *const *arrays; /* of a stencil: see stencil_problem; of a wave, data and scratch hold two levels of time */
    double low, high;
    size_t bins; /* of a histogram */
};

struct peer {
    const char *name;
    const char *origin; /* whose code it is, with its version */
    const char *op;
    const char *shape; /* of a stencil; else NULL */
    unsigned dtypes;   /* 1u << dtype of those it takes */
    bool parallel;     /* uses job->threads; else one */
    void (*run)(const struct peer_job *job);
    bool yardstick; /* reads and writes what the work has to, and has no result: what memory gives */
};

/* The stages of star2d1r-acoustic as the caller of pel would write them, for the instruction set of the plain loops.
 * The context of the first are the five taps. */
struct acoustic_rows {
    pel_row_function *rate, *pressure;
};

/* Each table ends with a row without a name. Plain loops have one for each instruction set. */
extern const struct peer peers_series[], peers_openblas[], peers_cxx[];
#define PEER_TABLE__(kind, isa) peers_##kind##_##isa
#define PEER_TABLE_(kind, isa)  PEER_TABLE__(kind, isa)
#define PEER_TABLE(kind, isa)   PEER_TABLE_(kind, isa)
#define PEER_TABLES(isa)                                                                                               \
    extern const struct peer PEER_TABLE(loops, isa)[], PEER_TABLE(sweep, isa)[], PEER_TABLE(terms, isa)[],             \
        PEER_TABLE(acoustic, isa)[];                                                                                   \
    extern const struct acoustic_rows PEER_TABLE(acoustic_rows, isa)[2]
PEER_TABLES(scalar);
PEER_TABLES(avx2);
PEER_TABLES(avx512);
PEER_TABLES(neon);

/* The peer of rank 0, 1, ... for an operation and dtype, and for a stencil of this shape; NULL past the last. */
const struct peer *peer_of_rank(size_t rank, const char *op, const char *shape, pel_dtype dtype);

/* The row functions of pel beside the plain loops, for the dtype. */
const struct acoustic_rows *peer_acoustic_rows(pel_dtype dtype);

PEL_END_DECLS

#endif
