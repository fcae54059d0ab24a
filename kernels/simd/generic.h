/* The words of the vocabulary that need no instruction of their own; read once per dtype by simd.h. */

static inline VT V(load)(const T *p)
{
    VT v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void V(store)(T *p, VT v)
{
    memcpy(p, &v, sizeof v);
}

/* An operator spreads its scalar operand over the lanes, in one instruction where a loop would take one a lane; minus
 * zero leaves every value as it is, -0 too. */
static inline VT V(set1)(T x)
{
    return x - (VT){0};
}

/* a where the mask is all ones, b where it is zero. */
static inline VT V(select)(VS mask, VT a, VT b)
{
    return (VT)(((VS)a & mask) | ((VS)b & ~mask));
}

/* a where a < b, else b; a where a > b, else b: b when one of the two is NaN, or both are zeros. */
#if !NAME(V_HAS_min)
static inline VT V(min)(VT a, VT b)
{
    return V(select)((VS)(a < b), a, b);
}

static inline VT V(max)(VT a, VT b)
{
    return V(select)((VS)(a > b), a, b);
}
#endif

/* All ones in the lanes that hold NaN. */
static inline VS V(is_nan)(VT v)
{
#if T_SIGNIFICAND
    return (VS)(v != v);
#else
    (void)v;
    return (VS){0};
#endif
}

#if PEL_VBYTES * 8 / T_BITS == 16
#define TURN(v, by) V_TURN_16(v, by)
#elif PEL_VBYTES * 8 / T_BITS == 8
#define TURN(v, by) V_TURN_8(v, by)
#elif PEL_VBYTES * 8 / T_BITS == 4
#define TURN(v, by) V_TURN_4(v, by)
#else
#define TURN(v, by) V_TURN_2(v, by)
#endif

/* All lanes combined by a function of two vectors, half with half. */
#define ACROSS(word, R, VR, combine)                                                                                   \
    static inline R V(word)(VR v)                                                                                      \
    {                                                                                                                  \
        if (LANES > 8)                                                                                                 \
            v = combine(v, TURN(v, 8));                                                                                \
        if (LANES > 4)                                                                                                 \
            v = combine(v, TURN(v, 4));                                                                                \
        if (LANES > 2)                                                                                                 \
            v = combine(v, TURN(v, 2));                                                                                \
        return combine(v, TURN(v, 1))[0];                                                                              \
    }
#define PLUS(a, b) ((a) + (b))
#define OR(a, b)   ((a) | (b))
ACROSS(total, T, VT, PLUS)
ACROSS(least, T, VT, V(min))
ACROSS(greatest, T, VT, V(max))
ACROSS(all_bits, U, VU, OR)
#undef OR
#undef PLUS
#undef ACROSS
#undef TURN

/* Whether any bit of any lane is set. */
static inline bool V(any)(VT v)
{
    return V(all_bits)((VU)v) != 0;
}

/* The first `count` lanes from memory, at most all of them; the others from `rest`. */
#if !NAME(V_HAS_part)
static inline VT V(load_part)(const T *p, size_t count, VT rest)
{
    for (size_t i = 0; i < LANES; i++)
        rest[i] = i < count ? p[i] : rest[i];
    return rest;
}

static inline void V(store_part)(T *p, size_t count, VT v)
{
    for (size_t i = 0; i < LANES && i < count; i++)
        p[i] = v[i];
}
#endif

/* tree[at], for indices from 2^level up to twice that. */
#if !NAME(V_HAS_pick)
static inline VT V(pick)(const T *tree, VS at, int level)
{
    VT v = {0};
    (void)level;
    for (size_t i = 0; i < LANES; i++)
        v[i] = tree[at[i]];
    return v;
}
#endif

/* Stores to an aligned place without a trace in the caches where the processor can. v_stream_end() makes the stores
 * visible to other threads that the caller then synchronises with. */
#if !NAME(V_HAS_stream)
static inline void V(stream)(T *p, VT v)
{
    V(store)(p, v);
}
#endif

/* As many elements as there are lanes of 64 bits, widened to them. */
#if T_BITS == 32 && !NAME(V_HAS_widen)
static inline NAME(V_WIDE) V(widen)(const T *p)
{
    typedef T half __attribute__((vector_size(PEL_VBYTES / 2)));
    half v;
    memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, NAME(V_WIDE));
}
#endif
