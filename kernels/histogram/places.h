/* What is done with places, whatever type they come from. */
#ifndef PEL_KERNELS_HISTOGRAM_PLACES_H
#define PEL_KERNELS_HISTOGRAM_PLACES_H

#include "kernels/histogram/leaf.h"

/* Neighbours are counted in tables of their own, since a counter that has just been written is slow to read again. */
static void tally(const uint32_t *places, size_t n, uint32_t *tables, size_t stride, size_t ways)
{
    uint32_t *t0 = tables, *t1 = tables + 1 % ways * stride, *t2 = tables + 2 % ways * stride,
             *t3 = tables + 3 % ways * stride, *t4 = tables + 4 % ways * stride, *t5 = tables + 5 % ways * stride,
             *t6 = tables + 6 % ways * stride, *t7 = tables + 7 % ways * stride;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        t0[places[i]]++;
        t1[places[i + 1]]++;
        t2[places[i + 2]]++;
        t3[places[i + 3]]++;
        t4[places[i + 4]]++;
        t5[places[i + 5]]++;
        t6[places[i + 6]]++;
        t7[places[i + 7]]++;
    }
    for (; i < n; i++)
        t0[places[i]]++;
}

static void add_up(const uint32_t *tables, size_t stride, size_t ntables, size_t n, uint64_t *counts)
{
    for (size_t i = 0; i < n; i++)
        counts[i] = tables[i];
    for (size_t t = 1; t < ntables; t++) {
        for (size_t i = 0; i < n; i++)
            counts[i] += tables[t * stride + i];
    }
}

static void pair(uint32_t *places, const uint32_t *others, size_t n, size_t count, size_t other_count)
{
    for (size_t i = 0; i < n; i++) {
        bool inside = (places[i] < count) & (others[i] < other_count);
        places[i] = (uint32_t)(inside ? places[i] * other_count + others[i] : count * other_count);
    }
}

static size_t deal(const uint32_t *places, const double *weights, size_t n, size_t first, size_t bins, double *buffers,
                   uint32_t *filled, size_t capacity)
{
    for (size_t i = 0; i < n; i++) {
        size_t bin = places[i] - first; /* what is before the range comes out large */
        if (bin >= bins)
            continue;
        if (filled[bin] == capacity)
            return i;
        buffers[bin * capacity + filled[bin]++] = weights[i];
    }
    return n;
}

static void number(const uint32_t *places, size_t n, size_t count, uint64_t *index)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t k = places[i], most = (uint32_t)count;
        index[i] = k < most ? k + 1 : k == most + PEL_PLACE_BELOW ? 0 : most;
    }
}

#endif
