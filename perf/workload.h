/* Workloads: the input of one operation at one size. Entrants: ways of running it. Benchmarks, verification and tuning
 * share both; what an operation needs stands in one row of its family's file. */
#ifndef PEL_PERF_WORKLOAD_H
#define PEL_PERF_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/pel.h>

#include "kernels/kernel.h"

/* The elements: uniform; over a wide range of exponents; few distinct ones; any bits, infinities and NaN among them. */
enum data { DATA_UNIFORM, DATA_WIDE, DATA_FEW, DATA_BITS, NDATA };

/* A stencil as people name them: star3d1r is the 7-point stencil, box2d1r the 9-point one; star3d1r-variable has an
 * array of coefficients for each tap, and star3d4r-wave is 2u - v + c * taps with an array c, v being u one step
 * before. star2d1r-acoustic is a system of two stages, w += c * taps of p and p += w / 2, of no other dimensions and
 * radius. */
enum shape_kind { SHAPE_TAPS, SHAPE_VARIABLE, SHAPE_WAVE, SHAPE_ACOUSTIC, NSHAPE_KINDS };

struct shape {
    int ndim, radius;
    bool box; /* all cells within the radius; else those on the axes */
    enum shape_kind kind;
};

enum { SHAPE_NAME = 32 };
bool shape_named(const char *name, struct shape *shape);
void shape_name(const struct shape *shape, char name[SHAPE_NAME]);

/* The cells of a row, square or cube of this edge, or of any grid; SIZE_MAX when they are too many. */
size_t shape_cells(const struct shape *shape, size_t edge);
size_t grid_cells(const size_t grid[3]);

struct workload_spec {
    enum pel_op op;
    pel_dtype dtype;
    size_t n; /* elements, at least 1; of a stencil without a grid cells, brought to the nearest cube or square */
    enum data data;
    uint64_t seed;
    unsigned flags; /* of pel_opts, in every call */

    int axis;      /* of a field, that is reduced: 0 ... 2, the last the fastest */
    size_t length; /* of a segment, on average, or of a series; 0: the usual */

    /* Of a stencil: */
    struct shape shape;    /* all 0: star3d1r */
    size_t grid[3];        /* cells along each axis, the slowest first, and 1 before them; all 0: see n */
    pel_boundary boundary; /* on every side */
    size_t steps;          /* of a run; 0: the usual */
    bool single;           /* each step is a call of its own */
};

/* What the spec of a stencil comes to. */
struct stencil_problem {
    struct shape shape;
    size_t grid[3]; /* cells along each axis, the slowest first, and 1 before them */
    size_t steps, ntaps;
    pel_tap *taps;
    void **arrays; /* of coefficients, one a tap, or the one factor; NULL: none */
    size_t narrays;
};

/* What every histogram is asked for. */
struct histogram_problem {
    double low, high;
    size_t bins;
};

struct workload {
    struct workload_spec spec;
    const struct workload_family *family;
    size_t elements; /* that a run computes: n, of a stencil cells x steps */
    size_t bytes;    /* that a run reads and writes at the least */

    void *x, *y;              /* the input; y: NULL unless the operation takes two arrays */
    size_t n;                 /* elements of one input; 0 from a family: what the extent comes to */
    size_t extent;            /* bytes of one input */
    size_t variety;           /* of inputs in x, one after the other; 0: one */
    void *data;               /* what runs that change their input work on: copies of inputs; NULL: they read x */
    size_t copies;            /* runs before a reset must follow; 0: none must, times do not depend on the data */
    unsigned char result[16]; /* of operations that return a value */
    pel_dtype returns;        /* the type of that value, or of the data */
    void *output;             /* of operations that return more than that; else NULL */
    size_t output_bytes;

    size_t length;    /* of the series of a sort along the slow axis */
    size_t nsegments; /* to sort; y: where each starts, and where the last ends */

    struct stencil_problem *stencil; /* NULL for the other families */
    const struct histogram_problem *histogram;
};

/* Whether the operation has a workload for the dtype. */
bool workload_exists(enum pel_op op, pel_dtype dtype);

/* Makes the input; the spec must make sense, and ends the program where memory is short. */
void workload_open(struct workload *workload, const struct workload_spec *spec);
void workload_close(struct workload *workload);

/* Brings back the input for the next `count` runs: inputs first, first + 1, ..., round and round. */
void workload_reset(struct workload *workload, size_t first, size_t count);

/* Bytes from one input or copy to the next, which all start on a cache line. */
size_t workload_stride(const struct workload *workload);

/* For sorts, which are fast on what is sorted: makes inputs and copies of the extent enough for a stretch of runs. */
void workload_fill_copies(struct workload *workload);

/* Where the words of 8 bytes are that some operations have behind their n keys, in bytes from the keys. */
size_t workload_words_offset(const struct workload *workload);

/* The data for this run since the last reset. */
void *workload_data(const struct workload *workload, size_t copy);

/* What the last run on copy 0 left. */
const void *workload_result(const struct workload *workload, size_t *bytes);

/* Whether two results are the same up to the rounding errors that an entrant without pel's promises may make. */
bool workload_agrees(const struct workload *workload, const void *a, const void *b);

/* What the dispatcher is asked when pel runs it with these options; *shape is filled in for stencils. */
void workload_request(const struct workload *workload, const pel_opts *opts, struct pel_request *request,
                      struct pel_stencil_shape *shape);

/* A way of running a workload: pel as dispatched, one of its variants, or a peer. */
struct peer;
struct entrant {
    char name[64];
    struct workload *workload;
    pel_opts opts;
    const struct peer *peer; /* NULL: pel */
    void *bound;             /* what it needs beyond the workload */
};

/* Readies pel for the workload; opts->variant NULL: as dispatched. opts->variant must outlive it. What pel says when it
 * cannot: PEL_ENOTSUP for a variant that does not fit. */
pel_status entrant_open(struct entrant *entrant, struct workload *workload, const pel_opts *opts);
void entrant_open_peer(struct entrant *entrant, struct workload *workload, const struct peer *peer, int threads);
void entrant_close(struct entrant *entrant);

/* Runs it on this copy of the data. */
pel_status entrant_run(struct entrant *entrant, size_t copy);

/* What a family brings; for workload.c. open: fills in all but the data; close: frees what it made beyond x
 * and y, and may be NULL. bind: makes what an entrant of pel needs before it runs, such as a plan; unbind drops it;
 * both may be NULL. */
struct workload_family {
    bool (*serves)(enum pel_op op, pel_dtype dtype);
    void (*open)(struct workload *workload);
    void (*close)(struct workload *workload);
    pel_status (*bind)(struct entrant *entrant);
    void (*unbind)(struct entrant *entrant);
    pel_status (*run)(struct entrant *entrant, void *data);
    bool in_place; /* runs change their input, or write as much elsewhere: they get a copy of it */
    /* Rounding errors that floating-point results of an entrant without pel's promises may show; NULL: none. */
    double (*tolerance)(const struct workload *workload);
    /* Whether an entrant without them is right, where results may differ in other ways; NULL: they may not. */
    bool (*agrees)(const struct workload *workload, const void *a, const void *b);
};
extern const struct workload_family workload_axes, workload_compact, workload_histogram, workload_order,
    workload_reduce, workload_scan, workload_series, workload_sort, workload_sorted, workload_stencil;

#endif
