/* What the test programs share: seeded random numbers, and buffers between pages that must not be touched. */
#ifndef PEL_TESTS_SUPPORT_H
#define PEL_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The seed of this run: PEL_TEST_SEED, else the time. Printed as "seed N" when first asked for. */
uint64_t test_seed(void);

/* Whether the long version of the tests is wanted: PEL_TEST_LONG=1. */
bool test_long(void);

/* Whether a sanitizer or an emulator takes many times the time: no place for clocks, nor for a child a case. */
bool test_slowed(void);

/* Makes pel believe that this many processors are at hand, so that teams can be larger than the machine that runs the
 * tests. For the start of a program. */
void test_set_processors(int processors);

/* The set-up of a group of tests that wants eight of them. */
int test_start_with_many_processors(void **state);

/* What a run of a program left behind: its status as of waitpid, and the start of its standard error. */
struct test_child {
    int status;
    char out[16384];
};

/* Runs this program again as "PROGRAM task value" with one more variable in the environment, and the same seed; where a
 * processor is emulated, by the command PEL_TEST_EMULATOR. */
struct test_child test_rerun(const char *task, const char *variable, const char *value);

/* A stream of random numbers, xoshiro256** of D. Blackman and S. Vigna (2018). Not for two threads at a time. */
struct test_random {
    uint64_t state[4];
};

/* The stream of this number; streams of one seed are independent of each other. */
struct test_random test_random_start(uint64_t seed, uint64_t stream);

uint64_t test_random_bits(struct test_random *random);
size_t test_random_below(struct test_random *random, size_t bound); /* 0 ... bound - 1; bound at least 1 */
double test_random_unit(struct test_random *random);                /* in [0, 1) */
void test_random_fill(struct test_random *random, void *data, size_t bytes);

/* A buffer with a forbidden page on either side. It starts `offset` bytes after the one in front, or with `end` it ends
 * that many bytes before the one behind. Its bytes, and those left over around it, hold a pattern; guard_free fails the
 * test when one of those left over has changed. Never NULL; for one thread at a time. */
unsigned char *guard_alloc(size_t bytes, size_t offset, bool end);
void guard_free(void *data);

#endif
