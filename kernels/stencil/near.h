/* Rows under the taps of a cell and its nearest neighbours, a star or a box, in blocks of several vectors of two rows.
 * What rows share is loaded once. Along a row the neighbours of a vector come from the vectors beside it, except at the
 * ends of a block: a load would cross a cache line, and where rows lie a power of two apart such lines push each other
 * out of the first-level cache. Rows of a few vectors under a star are computed in strips instead: one vector after the
 * other, down all rows. Read by blocked.c, once without a dtype and once for each. */
#ifndef T

enum {
    NEAR_ROWS = 2,
    STRIP_VECTORS = 12,      /* at most of a row that is computed in strips */
    SOLID_STRIP_BYTES = 128, /* at most of such a row in three dimensions */
    STRIP_CACHE = 16384, /* bytes of the rows of a strip: half a first-level cache, since they are read and written */
#if PEL_ISA_IS(avx512) || PEL_ISA_IS(neon)
    NEAR_VECTORS = 4,
#else
    NEAR_VECTORS = 2, /* of 16 registers */
#endif
};

#else

/* The vectors from a cell on, each between those that begin one cell earlier and later. */
static ALWAYS_INLINE void NAME(load_around)(const T *from, VT around[NEAR_VECTORS][3], size_t vectors)
{
    UNROLL for (size_t v = 0; v < vectors; v++)
    {
        around[v][1] = V(load)(from + v * LANES);
        HIDE_VECTOR(around[v][1]);
    }
    UNROLL for (size_t v = 0; v < vectors; v++)
    {
        around[v][0] = v ? V(earlier)(around[v - (v > 0)][1], around[v][1]) : V(load)(from - 1);
        around[v][2] =
            v + 1 < vectors ? V(later)(around[v][1], around[v + (v + 1 < vectors)][1]) : V(load)(from + v * LANES + 1);
    }
}

static ALWAYS_INLINE VT NAME(add_tap)(const struct NAME(span) * span, size_t k, VT value, VT acc)
{
    return k ? V(fma)(V(set1)(span->coef[k]), value, acc) : V(set1)(span->coef[0]) * value;
}

static ALWAYS_INLINE void NAME(store_rows)(const struct NAME(span) * span, size_t x, VT acc[NEAR_ROWS][NEAR_VECTORS],
                                           size_t vectors)
{
    UNROLL for (size_t row = 0; row < span->height; row++)
    {
        UNROLL for (size_t v = 0; v < vectors; v++) NAME(put)(span, x + row * span->stride + v * LANES, acc[row][v]);
    }
}

/* Adds the three taps from k on, all of one row. */
static ALWAYS_INLINE void NAME(add_taps)(const struct NAME(span) * span, size_t k, VT around[NEAR_VECTORS][3],
                                         VT acc[NEAR_VECTORS], size_t vectors)
{
    UNROLL for (size_t dx = 0; dx < 3; dx++)
    {
        UNROLL for (size_t v = 0; v < vectors; v++) acc[v] = NAME(add_tap)(span, k + dx, around[v][dx], acc[v]);
    }
}

/* Asks for what the next rows read in the last of three planes: the processor does not foresee it where rows are short.
 */
static ALWAYS_INLINE void NAME(fetch)(const struct NAME(span) * span, size_t x)
{
    if (span->near != PEL_STENCIL_STAR3 && span->near != PEL_STENCIL_BOX3)
        return;
    const T *next = span->tap[span->ntaps - 1] + x + span->height * span->stride;
    UNROLL for (size_t row = 0; row < span->height; row++) __builtin_prefetch(next + row * span->stride);
}

/* Plane by plane. 27 coefficients would fill the registers: they are loaded again for each block. */
static ALWAYS_INLINE void NAME(box_block)(struct NAME(span) span, size_t x, size_t vectors)
{
    VT acc[NEAR_ROWS][NEAR_VECTORS] = {{{0}}}, around[NEAR_VECTORS][3];
    HIDE(span.coef);
    NAME(fetch)(&span, x);
    UNROLL for (size_t plane = 0; plane < span.ntaps / 9; plane++)
    {
        UNROLL for (size_t from = 0; from < span.height + 2; from++)
        {
            NAME(load_around)(span.tap[9 * plane + 1] + x + from * span.stride, around, vectors);
            UNROLL for (size_t row = 0; row < span.height; row++)
            {
                if (from - row < 3)
                    NAME(add_taps)(&span, 9 * plane + 3 * (from - row), around, acc[row], vectors);
            }
        }
    }
    NAME(store_rows)(&span, x, acc, vectors);
}

/* The tap in the middle has as many before it as there are dimensions. */
static ALWAYS_INLINE void NAME(star_block)(struct NAME(span) span, size_t x, size_t vectors)
{
    VT acc[NEAR_ROWS][NEAR_VECTORS], around[NEAR_ROWS][NEAR_VECTORS][3];
    const size_t ndim = span.ntaps / 2, last = span.ntaps - 1;
    NAME(fetch)(&span, x);
    UNROLL for (size_t row = 0; row < span.height; row++)
        NAME(load_around)(span.tap[ndim] + x + row * span.stride, around[row], vectors);
    UNROLL for (size_t i = 0; i < span.height * vectors; i++)
    {
        size_t row = i / vectors, v = i % vectors, at = x + row * span.stride + v * LANES;
        VT sum = {0};
        if (ndim == 3)
            sum = NAME(add_tap)(&span, 0, V(load)(span.tap[0] + at), sum);
        if (ndim > 1)
            sum = NAME(add_tap)(&span, ndim - 2, row ? around[0][v][1] : V(load)(span.tap[ndim - 2] + at), sum);
        UNROLL for (size_t dx = 0; dx < 3; dx++) sum = NAME(add_tap)(&span, ndim - 1 + dx, around[row][v][dx], sum);
        if (ndim > 1)
            sum = NAME(add_tap)(&span, ndim + 2,
                                row + 1 < span.height ? around[1][v][1] : V(load)(span.tap[ndim + 2] + at), sum);
        if (ndim == 3)
            sum = NAME(add_tap)(&span, last, V(load)(span.tap[last] + at), sum);
        acc[row][v] = sum;
    }
    NAME(store_rows)(&span, x, acc, vectors);
}

static ALWAYS_INLINE void NAME(near_block)(struct NAME(span) span, size_t x, size_t vectors)
{
    if (span.near < PEL_STENCIL_BOX2)
        NAME(star_block)(span, x, vectors);
    else
        NAME(box_block)(span, x, vectors);
}

/* Whether rows are computed in strips: those of a few vectors, and few enough rows for them to stay in the cache, even
 * where they lie a power of two apart and the lines of three planes push each other out; where they are shorter than a
 * vector one strip is all. Always inlined: through the address of a span stores might reach what stays in registers. */
static ALWAYS_INLINE bool NAME(has_strips)(const struct NAME(span) * span)
{
    const size_t most = span->near == PEL_STENCIL_STAR3 ? SOLID_STRIP_BYTES / sizeof(T) : STRIP_VECTORS * LANES;
    return (span->near == PEL_STENCIL_STAR2 || span->near == PEL_STENCIL_STAR3) && span->count <= most &&
           (span->count < LANES || span->rows * span->stride * sizeof(T) <= STRIP_CACHE);
}

/* Vectors that begin at cell x of all rows, down which each row is loaded once: a row of the one before and of the one
 * behind it stay in registers. whole: the rows are not shorter than a vector. */
static ALWAYS_INLINE void NAME(strip)(const struct NAME(span) * span, size_t x, const bool whole)
{
#define READ(k) (whole ? V(load)(span->tap[k] + x) : V(load_part)(span->tap[k] + x, span->count, zero))
    const size_t ndim = span->ntaps / 2, last = span->ntaps - 1;
    const VT zero = {0};
    VT above = READ(ndim - 2), here = READ(ndim);
    for (size_t row = 0; row < span->rows; row++, x += span->stride) {
        VT below = READ(ndim + 2), sum = {0};
        if (ndim == 3)
            sum = NAME(add_tap)(span, 0, READ(0), sum);
        sum = NAME(add_tap)(span, ndim - 2, above, sum);
        sum = NAME(add_tap)(span, ndim - 1, READ(ndim - 1), sum);
        sum = NAME(add_tap)(span, ndim, here, sum);
        sum = NAME(add_tap)(span, ndim + 1, READ(ndim + 1), sum);
        sum = NAME(add_tap)(span, ndim + 2, below, sum);
        if (ndim == 3)
            sum = NAME(add_tap)(span, last, READ(last), sum);
        if (whole)
            NAME(put)(span, x, sum);
        else
            NAME(put_part)(span, x, sum);
        above = here;
        here = below;
    }
#undef READ
}

static ALWAYS_INLINE void NAME(strips)(const struct NAME(span) * span)
{
    if (span->count < LANES)
        NAME(strip)(span, 0, false);
    for (size_t x = 0; span->count >= LANES && x < span->count; x += LANES)
        NAME(strip)(span, x + LANES <= span->count ? x : span->count - LANES, true);
}

static ALWAYS_INLINE void NAME(near_rows)(struct NAME(span) span)
{
    size_t row = 0;
    if (NAME(has_strips)(&span)) {
        NAME(strips)(&span);
        return;
    }
    span.height = NEAR_ROWS;
    for (; span.near > PEL_STENCIL_STAR1 && row + NEAR_ROWS <= span.rows; row += NEAR_ROWS)
        NAME(walk)(span, row * span.stride, NAME(near_block), NEAR_VECTORS);
    span.height = 1;
    for (; row < span.rows; row++)
        NAME(walk)(span, row * span.stride, NAME(near_block), NEAR_VECTORS);
}

/* What is the same for all rows is asked once. */
static ALWAYS_INLINE void NAME(near)(struct NAME(span) span)
{
    if (span.carry) {
        NAME(near_rows)(span);
    } else {
        span.carry = NULL;
        NAME(near_rows)(span);
    }
}

#endif
