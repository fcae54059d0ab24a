/* Exact sums of mapped elements: of exponentials, and of the second, third and fourth powers of deviations. A block of
 * terms is computed into a few KiB and summed from there. */
#ifndef T

#include "kernels/reduce/fold.h"
#include "kernels/reduce/map.h"

enum { PIECE = 512, POWERS = 3 };

/* One sum: where it goes, and what to expect of its next block. */
struct sum {
    struct pel_acc *acc;
    struct window window;
};

static struct sum start(struct pel_acc *acc)
{
    return (struct sum){acc, {.exponent = TOP + 1, .more = 0}};
}

static void add(struct sum *sum, const double *terms, size_t n)
{
    struct terms_f64 block = {terms, NULL, false, 0};
    if (n < SHORT)
        add_each_f64(block, n, sum->acc);
    else
        add_block_f64(block, n, &sum->window, SUM_LEVELS_f64, sum->acc);
}

#define PEL_SELF "kernels/reduce/mapped.c"
#include "kernels/foreach_float.h"

#define ROW(op, suffix, function) PEL_ROW(op, suffix, "fold", .run.reduce = function##_##suffix)
const struct pel_kernel PEL_TABLE(reduce_mapped)[] = {
    ROW(LOGSUMEXP, f32, exponentials),
    ROW(LOGSUMEXP, f64, exponentials),
    ROW(SKEWNESS, f32, powers),
    ROW(SKEWNESS, f64, powers),
    ROW(KURTOSIS, f32, powers),
    ROW(KURTOSIS, f64, powers),
    PEL_END_OF_TABLE,
};
#undef ROW

#else

/* As many elements as there are lanes of double; of the last ones those that there are. */
static inline v_f64 NAME(lanes)(const T *x, size_t n)
{
    T part[WIDTH] = {0};
    if (n >= WIDTH)
        return NAME(load)(x);
    memcpy(part, x, n * sizeof *x);
    return NAME(load)(part);
}

static void NAME(exponentials)(const void *x_, const void *y, size_t n, union pel_reduce_state *state,
                               const int32_t *params)
{
    const T *x = x_;
    const struct pel_map *map = y;
    struct sum sum = start(&pel_sums_of(state)->of[0]);
    double terms[PIECE];
    (void)params;
    for (size_t done = 0; done < n; done += PIECE) {
        size_t length = n - done < PIECE ? n - done : PIECE;
        for (size_t i = 0; i < length; i += WIDTH)
            v_store_f64(terms + i, map_exponential(NAME(lanes)(x + done + i, length - i), map));
        add(&sum, terms, length);
    }
}

static void NAME(powers)(const void *x_, const void *y, size_t n, union pel_reduce_state *state, const int32_t *params)
{
    const T *x = x_;
    const struct pel_map *map = y;
    struct sum sum[POWERS];
    double terms[POWERS][PIECE];
    (void)params;
    for (int k = 0; k < POWERS; k++)
        sum[k] = start(&pel_sums_of(state)->of[k]);
    for (size_t done = 0; done < n; done += PIECE) {
        size_t length = n - done < PIECE ? n - done : PIECE;
        for (size_t i = 0; i < length; i += WIDTH) {
            v_f64 d = map_deviation(NAME(lanes)(x + done + i, length - i), map), square = d * d;
            v_store_f64(terms[0] + i, square);
            v_store_f64(terms[1] + i, square * d);
            v_store_f64(terms[2] + i, square * square);
        }
        for (int k = 0; k < POWERS; k++)
            add(&sum[k], terms[k], length);
    }
}

#endif
