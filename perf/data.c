#include "perf/data.h"

#include <math.h>
#include <string.h>

#include "lib/team.h"

enum { TILE = 1 << 16 };

struct filling {
    void *x;
    pel_dtype dtype;
    size_t n;
    enum data data;
    uint64_t seed;
    unsigned bits;
};

/* The i-th number of a stream: splitmix64 of G. Steele, D. Lea and C. Flood (2014), which can be entered anywhere. */
static uint64_t random_bits(uint64_t seed, uint64_t i)
{
    uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* In [-1, 1), on a grid that floats hold exactly. */
static double uniform(uint64_t random)
{
    return (double)(int64_t)(random & ~(uint64_t)0xffffffff) * 0x1p-63;
}

static double wide(uint64_t random, pel_dtype dtype)
{
    int span = dtype == PEL_F32 ? 60 : 400;
    return ldexp(uniform(random), (int)(random % (2 * (unsigned)span)) - span);
}

static double few(uint64_t random)
{
    static const double choices[] = {0.0, -0.0, 1.0, -1.0, 0x1p-40, -0.75, 1e6};
    return choices[random % (sizeof choices / sizeof choices[0])];
}

static double pick_float(const struct filling *f, uint64_t random)
{
    switch (f->data) {
    case DATA_WIDE:
        return wide(random, f->dtype);
    case DATA_FEW:
        return few(random);
    default:
        return uniform(random);
    }
}

/* Signed types get an arithmetic shift, so both signs. */
static uint64_t pick_integer(const struct filling *f, uint64_t random)
{
    bool is_signed = f->dtype == PEL_I32 || f->dtype == PEL_I64;
    unsigned bits = f->data == DATA_FEW ? 3 : f->data == DATA_WIDE ? 1 + (unsigned)(random % f->bits) : f->bits;
    return is_signed ? (uint64_t)((int64_t)random >> (64 - bits)) : random >> (64 - bits);
}

static void fill_one(const struct filling *f, size_t i)
{
    uint64_t random = random_bits(f->seed, i);
    bool is_float = f->dtype == PEL_F32 || f->dtype == PEL_F64;
    if (is_float && f->data == DATA_BITS)
        memcpy((char *)f->x + i * pel_dtype_size(f->dtype), &random, pel_dtype_size(f->dtype));
    else if (f->dtype == PEL_F32)
        ((float *)f->x)[i] = (float)pick_float(f, random);
    else if (f->dtype == PEL_F64)
        ((double *)f->x)[i] = pick_float(f, random);
    else if (pel_dtype_size(f->dtype) == 4)
        ((uint32_t *)f->x)[i] = (uint32_t)pick_integer(f, random);
    else
        ((uint64_t *)f->x)[i] = pick_integer(f, random);
}

/* Each tile is touched first by a thread of a team, as a caller's data would be. */
static void fill_tile(void *context, size_t tile)
{
    const struct filling *f = context;
    size_t end = f->n - tile * TILE < TILE ? f->n : (tile + 1) * TILE;
    for (size_t i = tile * TILE; i < end; i++)
        fill_one(f, i);
}

void data_fill(void *x, pel_dtype dtype, size_t n, enum data data, uint64_t seed, unsigned bits)
{
    struct filling f = {x, dtype, n, data, seed, bits};
    pel_team_for(pel_team_threads(NULL), (n + TILE - 1) / TILE, fill_tile, &f);
}
