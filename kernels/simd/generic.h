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

/* The same in those where a or b has NaN. */
#if !NAME(V_HAS_either_nan)
static inline VS V(either_nan)(VT a, VT b)
{
    return V(is_nan)(a) | V(is_nan)(b);
}
#endif

/* Every NaN becomes the canonical quiet one: positive, payload 0. */
#if !NAME(V_HAS_canonical)
static inline VT V(canonical)(VT v)
{
#if T_SIGNIFICAND
    return V(select)(V(is_nan)(v), V(set1)((T)__builtin_nan("")), v);
#else
    return v;
#endif
}
#endif

#if PEL_VBYTES * 8 / T_BITS == 16
#define SHUFFLE(a, b, from, by) V_SHUFFLE(a, b, from, by, 16)
#elif PEL_VBYTES * 8 / T_BITS == 8
#define SHUFFLE(a, b, from, by) V_SHUFFLE(a, b, from, by, 8)
#elif PEL_VBYTES * 8 / T_BITS == 4
#define SHUFFLE(a, b, from, by) V_SHUFFLE(a, b, from, by, 4)
#else
#define SHUFFLE(a, b, from, by) V_SHUFFLE(a, b, from, by, 2)
#endif
#define TURN(v, by) SHUFFLE(v, v, V_FROM, by)

/* The last lane in all. */
static inline VT V(last)(VT v)
{
    return SHUFFLE(v, v, V_LAST, 0);
}

/* The lanes move up by a constant power of two less than there are lanes; the lowest come from the end of another
 * vector. */
static inline __attribute__((always_inline)) VT V(slide)(VT before, VT v, size_t by)
{
    if (by == 8)
        return SHUFFLE(before, v, V_BACK, 8);
    if (by == 4)
        return SHUFFLE(before, v, V_BACK, 4);
    return by == 2 ? SHUFFLE(before, v, V_BACK, 2) : SHUFFLE(before, v, V_BACK, 1);
}

/* The vectors that begin one lane before v and one behind its start, of three that follow each other. */
#if T_SIGNIFICAND && !NAME(V_HAS_beside)
static inline VT V(earlier)(VT before, VT v)
{
    return SHUFFLE(before, v, V_BACK, 1);
}

static inline VT V(later)(VT v, VT after)
{
    return SHUFFLE(v, after, V_AHEAD, 1);
}
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

/* The sum of each lane of floats with those before it in its block, by halves: parts of 1, 2, ... lanes take the last
 * of the part before. A minus zero leaves the other parts as they are. */
#if T_SIGNIFICAND
static inline VT V(prefix)(VT v)
{
    const VT nothing = V(set1)((T)-0.0);
    v = v + SHUFFLE(v, nothing, V_BELOW, 1);
    if (V_BLOCK_LANES > 2)
        v = v + SHUFFLE(v, nothing, V_BELOW, 2);
    return v;
}
#endif

/* The last lane of each block in all of it. */
static inline VT V(top)(VT v)
{
    if (V_BLOCK_LANES > 2)
        return SHUFFLE(v, v, V_TOP, 4);
    return SHUFFLE(v, v, V_TOP, 2);
}

/* One block, a constant, in all. */
static inline __attribute__((always_inline)) VT V(block)(VT v, size_t block)
{
#if V_BLOCKS > 2
    if (block >= 2)
        return block == 3 ? SHUFFLE(v, v, V_BLOCK, 3) : SHUFFLE(v, v, V_BLOCK, 2);
#endif
#if V_BLOCKS > 1
    return block == 1 ? SHUFFLE(v, v, V_BLOCK, 1) : SHUFFLE(v, v, V_BLOCK, 0);
#endif
    (void)block;
    return v;
}

/* Blocks from memory, `apart` elements from one to the next. */
#if V_BLOCKS == 1
static inline VT V(load_blocks)(const T *p, size_t apart)
{
    (void)apart;
    return V(load)(p);
}
#endif
#undef TURN
#undef SHUFFLE

/* Whether any bit of any lane is set. */
#if !NAME(V_HAS_any)
static inline bool V(any)(VT v)
{
    return V(all_bits)((VU)v) != 0;
}
#endif

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

/* Stores the lanes whose bytes among the flags are not 0 one behind the other; what is behind them, up to a vector, is
 * lost if `room` lets it be. Returns how many they are, which is at most the room. */
#if T_SIGNED && !T_SIGNIFICAND && !NAME(V_HAS_keep)
static inline size_t V(keep)(T *p, VT v, const uint8_t *flags, size_t room)
{
    size_t kept = 0;
    (void)room;
    for (size_t i = 0; i < LANES; i++) {
        if (flags[i])
            p[kept++] = v[i];
    }
    return kept;
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
