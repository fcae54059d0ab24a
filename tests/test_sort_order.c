/* The templates of the sort kernels at sizes where every input can be tried: the order of all 16-bit floating-point
 * numbers, and heapsort, which ordinary inputs never reach. */
#include <string.h>

#include "tests/support.h"

/* IEEE 754 binary16. */
#define NAME(x)       x##_half
#define U             uint16_t
#define S             int16_t
#define T_BITS        16
#define T_SIGNIFICAND 10
#define T_SIGNED      1
#include "kernels/sort/order.h"
#undef NAME
#undef U
#undef S
#undef T_BITS
#undef T_SIGNIFICAND

enum { HALVES = 1 << 16, INFINITE = 0x7c00, NEGATIVE = 0x8000 };

static bool is_nan(unsigned bits)
{
    return (bits & ~(unsigned)NEGATIVE) > INFINITE;
}

/* Lists all bits in the order of pel/sort.h, each kind of number by its own loop. */
static void list(bool descending, uint16_t *bits)
{
    size_t n = 0;
    for (int b = NEGATIVE + INFINITE; b >= NEGATIVE; b--)
        bits[n++] = (uint16_t)b;
    for (int b = 0; b <= INFINITE; b++)
        bits[n++] = (uint16_t)b;
    for (size_t i = 0; descending && i < n / 2; i++) {
        uint16_t swap = bits[i];
        bits[i] = bits[n - 1 - i];
        bits[n - 1 - i] = swap;
    }
    for (unsigned b = 0; b < HALVES; b++) {
        if (is_nan(b))
            bits[n++] = (uint16_t)b;
    }
    assert_int_equal(n, HALVES);
}

static void codes_have_the_order_of_keys(void **state)
{
    static uint16_t bits[HALVES], keys[HALVES];
    static int16_t codes[HALVES];
    (void)state;
    for (int descending = 0; descending < 2; descending++) {
        list(descending, bits);
        memcpy(keys, bits, sizeof keys);
        encode_to_half(codes, keys, HALVES, descending);
        for (int i = 0; i < HALVES; i++)
            assert_int_equal(codes[i], i - HALVES / 2);
        encode_half(keys, HALVES, descending);
        assert_memory_equal(keys, codes, sizeof keys);
        decode_half(keys, HALVES, descending);
        assert_memory_equal(keys, bits, sizeof keys);
    }
}

#define NAME(x) x##_i32
#define T       int32_t
typedef int32_t code_i32;
#include "kernels/sort/heap.h"

static void heapsort_sorts(void **state)
{
    struct test_random random = test_random_start(test_seed(), 1);
    (void)state;
    for (size_t n = 0; n < 300; n++) {
        int32_t codes[300], count[8] = {0};
        for (size_t i = 0; i < n; i++) {
            codes[i] = (int32_t)test_random_below(&random, n % 7 + 2);
            count[codes[i]]++;
        }
        heapsort_i32(codes, n);
        size_t i = 0;
        for (int32_t code = 0; code < 8; code++) {
            for (; count[code] > 0; count[code]--)
                assert_int_equal(codes[i++], code);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_have_the_order_of_keys),
        cmocka_unit_test(heapsort_sorts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
