/* Moves of elements of any width by indices: gathers, and what undoes them. Elements are asked for before they are
 * wanted, since indices say long before where they are. */
#include <string.h>

#include "kernels/kernel.h"
#include "kernels/sort/permute.h"

enum { AHEAD = 32 };

/* The size is known to the compiler where it is a usual one. */
__attribute__((always_inline)) static inline void gather_sized(const char *base, size_t size, const uint64_t *index,
                                                               size_t n, char *out)
{
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n)
            __builtin_prefetch(base + index[i + AHEAD] * size);
        memcpy(out + i * size, base + index[i] * size, size);
    }
}

static void gather(const void *base, size_t size, const uint64_t *index, size_t n, void *out)
{
    switch (size) {
    case 4:
        gather_sized(base, 4, index, n, out);
        break;
    case 8:
        gather_sized(base, 8, index, n, out);
        break;
    case 16:
        gather_sized(base, 16, index, n, out);
        break;
    default:
        gather_sized(base, size, index, n, out);
    }
}

static void invert(const uint64_t *index, uint64_t first, size_t n, uint64_t *inverse)
{
    for (size_t i = 0; i < n; i++)
        inverse[index[i]] = first + i;
}

static bool in_range(const uint64_t *index, size_t n, uint64_t limit)
{
    bool fits = true;
    for (size_t i = 0; i < n; i++)
        fits &= index[i] < limit;
    return fits;
}

static const struct pel_permute_leaf leaf = {.gather = gather, .invert = invert, .in_range = in_range};

#if PEL_ISA_IS(scalar)
#define TRAITS PEL_TRAIT_REFERENCE
#else
#define TRAITS 0
#endif

const struct pel_kernel PEL_TABLE(sort_gather)[] = {
    PEL_ROW(PERMUTE, u64, "gather", .run.permute = &leaf, .traits = TRAITS),
    PEL_END_OF_TABLE,
};
