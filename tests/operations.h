/* Operations of all families in one table, for tests of what holds for all of them: one at least of every driver that
 * splits work among threads or takes memory. Relatives of these that share their drivers are not repeated. */
#ifndef PEL_TESTS_OPERATIONS_H
#define PEL_TESTS_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pel/pel.h>

struct operation {
    const char *name;
    pel_dtype dtype;
    bool in_place; /* works on n elements in place, else on x and y, for one result of at most 8 bytes */
    pel_status (*run)(const void *x, const void *y, size_t n, void *result, const pel_opts *opts);
};

/* Ends with a NULL name. */
extern const struct operation operations[];

/* Fills n elements with numbers that no operation runs out of range with: floats of widely different size, small
 * integers (of 2^18 of which the sum fits). */
void operations_fill(pel_dtype dtype, void *data, size_t n, uint64_t stream);

/* Runs every operation on its own data of n elements, at least 256; a number that stands for all statuses and result
 * bits. The same for the same seed and n, however it is computed. 0 if there is no memory. */
uint64_t operations_digest(size_t n, const pel_opts *opts);

#endif
