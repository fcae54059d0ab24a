/* Quicksort on codes: vectorised partition, down to what fits bins if the codes are spread evenly, else down to what
 * fits sorting networks in registers, and heapsort where pivots fail too often. In place, but for the bins. M. Blacher,
 * J. Giesen, P. Sanders, J. Wassenberg, "Vectorized and performance-portable Quicksort" (2022); D. R. Musser,
 * "Introspective sorting and selection algorithms" (1997). */
#ifndef T

#include <string.h>

#include "kernels/kernel.h"
#include "kernels/simd/simd.h"
#include "kernels/sort/leaf.h"
#include "kernels/sort/random.h"

#define DISTRIBUTES
#define PEL_SELF "kernels/sort/quick.c"
#include "kernels/foreach_signed.h"
#undef PEL_SELF
#define PEL_SELF "kernels/sort/leaves.h"
#include "kernels/foreach_dtype.h"

/* One thread, too, distributes keys that take more than this; the model has it depend on the second-level cache. */
#define QUICK(T_) PEL_ROW(SORT, T_, "quick", .run.sort = &leaf_##T_, .params = {{"alone_kib", 65536, 64, 1 << 20, 512}})

const struct pel_kernel PEL_TABLE(sort_quick)[] = {
    QUICK(f32), QUICK(f64), QUICK(i32), QUICK(i64), QUICK(u32), QUICK(u64), PEL_END_OF_TABLE,
};

#else

static const T NAME(largest) = (T)(((U)1 << (T_BITS - 1)) - 1);
static const T NAME(smallest) = (T)((U)1 << (T_BITS - 1));

#include "kernels/sort/rows.h"

#include "kernels/sort/ruler.h"

#include "kernels/sort/classify.h"

#include "kernels/sort/ranges.h"

#include "kernels/sort/distribute.h"
#include "kernels/sort/heap.h"
#include "kernels/sort/network.h"
#include "kernels/sort/partition.h"
#include "kernels/sort/values.h"

#include "kernels/sort/flat.h"

#include "kernels/sort/bins.h"

enum { NAME(few) = 16 * NAME(lanes), NAME(many) = 4 * NAME(few) };

/* Sorted codes from places spread over all, at random within equal stretches; returns how many. */
static size_t NAME(take_sample)(const NAME(code) * codes, size_t n, uint64_t *random, NAME(code) * sample)
{
    size_t rows = n < 64 * NAME(few) ? 4 : 16, stride = (n - NAME(lanes)) / rows;
    for (size_t i = 0; i < rows; i++) {
        const NAME(code) *from = codes + i * stride + random_below(random, stride);
        R(store)(sample + i * NAME(lanes), R(load)(from));
    }
    NAME(sort_few)(sample, rows * NAME(lanes));
    return rows * NAME(lanes);
}

/* Cuts at a pivot: the codes before *small are not greater, those from *large on are greater; what lies between equals
 * the pivot and is in place. Equal codes are taken out where they would stop progress, or seem to be many. */
static void NAME(cut)(NAME(code) * codes, size_t n, uint64_t *random, size_t *small, size_t *large)
{
    NAME(code) sample[NAME(few)];
    size_t last = NAME(take_sample)(codes, n, random, sample) - 1;
    T pivot = sample[last / 2];
    if (n > NAME(many) && NAME(sort_values)(codes, n, sample, last + 1)) {
        *small = 0;
        *large = n;
        return;
    }
    *small = *large = NAME(partition)(codes, n, pivot);
    if (pivot == NAME(smallest))
        *small = 0;
    else if (*large == n || (sample[0] == sample[last] && *large > NAME(few)))
        *small = NAME(partition)(codes, *large, pivot - 1);
}

struct NAME(quick) {
    uint64_t random;
    void *scratch; /* for bins, or NULL */
    bool floats;   /* are what the codes stand for */
};

/* depth: how many cuts deep it may go before it settles for heapsort; most: codes that are worth a try with bins. */
static void NAME(quicksort)(NAME(code) * codes, size_t n, int depth, size_t most, struct NAME(quick) * quick)
{
    while (n > NAME(few)) {
        if (n <= most && n >= NAME(least_binned)) {
            if (NAME(sort_bins)(codes, n, quick->floats, quick->scratch))
                return;
            most = n / 8; /* else the attempts could take longer than the rest */
        }
        if (depth-- == 0) {
            NAME(heapsort)(codes, n);
            return;
        }
        size_t small, large;
        NAME(cut)(codes, n, &quick->random, &small, &large);
        if (small < n - large) {
            NAME(quicksort)(codes, small, depth, most, quick);
            codes += large;
            n -= large;
        } else {
            NAME(quicksort)(codes + large, n - large, depth, most, quick);
            n = small;
        }
    }
    NAME(sort_few)(codes, n);
}

static size_t NAME(scratch_bytes)(size_t n)
{
    return NAME(bin_bytes)(n);
}

static void NAME(sort_codes)(void *codes, void *scratch, size_t n, bool floats)
{
    struct NAME(quick) quick = {1, scratch, floats};
    int depth = 4;
    for (size_t rest = n; rest > 0; rest /= 2)
        depth += 2;
    NAME(quicksort)(codes, n, depth, scratch ? NAME(most_binned) : 0, &quick);
}

#endif
