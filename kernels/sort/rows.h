/* Rows of codes: what the sorting network and the partition work on. A row is a vector, or one code on the baseline,
 * which has no vector compare of 64-bit lanes. Read once per type of code. */

typedef T __attribute__((may_alias)) NAME(code); /* in memory that was declared with another type */

#if PEL_ISA_IS(scalar)

#define ROW     T
#define R(word) NAME(row_##word)
enum { NAME(lanes) = 1 };

static inline ROW R(load)(const NAME(code) * p)
{
    return *p;
}

static inline void R(store)(NAME(code) * p, ROW a)
{
    *p = a;
}

static inline void R(stream)(NAME(code) * p, ROW a)
{
    *p = a;
}

static inline ROW R(load_part)(const NAME(code) * p, size_t count, ROW rest)
{
    return count ? *p : rest;
}

static inline void R(store_part)(NAME(code) * p, size_t count, ROW a)
{
    if (count)
        *p = a;
}

static inline ROW R(set1)(T code)
{
    return code;
}

/* One in lanes that are equal (less), else zero. */
static inline ROW R(equal)(ROW a, ROW b)
{
    return a == b;
}

static inline ROW R(less)(ROW a, ROW b)
{
    return a < b;
}

/* Around the ends of the type. */
static inline ROW R(minus)(ROW a, ROW b)
{
    return (ROW)((U)a - (U)b);
}

static inline ROW R(min)(ROW a, ROW b)
{
    return a < b ? a : b;
}

static inline ROW R(max)(ROW a, ROW b)
{
    return a < b ? b : a;
}

static inline ROW R(split)(ROW a, ROW pivot, size_t *count)
{
    *count = a <= pivot;
    return a;
}

static inline ROW R(pick)(const T *tree, ROW at, int level)
{
    (void)level;
    return tree[at];
}

static inline ROW R(descend)(ROW at, ROW a, ROW node)
{
    return 2 * at + (a > node);
}

static inline ROW R(descend_equal)(ROW at, ROW a, ROW node)
{
    return 2 * at + (a == node);
}

static inline void R(order)(ROW *a, ROW *b)
{
    ROW smaller = R(min)(*a, *b);
    *b = R(max)(*a, *b);
    *a = smaller;
}

/* One lane has no other to meet. */
static inline ROW R(exchange)(ROW a, int distance)
{
    (void)distance;
    return a;
}

static inline ROW R(order_lanes)(ROW a, int distance)
{
    (void)distance;
    return a;
}

#else

#define ROW     VT
#define R(word) V(word)
enum { NAME(lanes) = LANES };

static inline ROW R(equal)(ROW a, ROW b)
{
    return -(a == b);
}

static inline ROW R(less)(ROW a, ROW b)
{
    return -(a < b);
}

static inline ROW R(minus)(ROW a, ROW b)
{
    return (ROW)((VU)a - (VU)b);
}

/* From place `at` in a tree, twice that, or one more where a is greater than the node (equals it). True is -1. */
static inline ROW R(descend)(ROW at, ROW a, ROW node)
{
    return at + at - (a > node);
}

static inline ROW R(descend_equal)(ROW at, ROW a, ROW node)
{
    return at + at - (a == node);
}

/* Puts the smaller of each two lanes into a. What the two are without it is the greater: the instruction that says so
 * runs where the minimum cannot. */
static inline void R(order)(ROW *a, ROW *b)
{
    ROW smaller = R(min)(*a, *b);
#ifdef V_HAS_ternary
    *b = *a ^ *b ^ smaller;
#else
    *b = R(max)(*a, *b);
#endif
    *a = smaller;
}

#define LANE_COUNT (PEL_VBYTES * 8 / T_BITS)
#if LANE_COUNT == 16
#define EACH_LANE(f, x)                                                                                                \
    f(0, x), f(1, x), f(2, x), f(3, x), f(4, x), f(5, x), f(6, x), f(7, x), f(8, x), f(9, x), f(10, x), f(11, x),      \
        f(12, x), f(13, x), f(14, x), f(15, x)
#define EACH_DISTANCE(g) g(1) g(2) g(3) g(4) g(7) g(8) g(15)
#elif LANE_COUNT == 8
#define EACH_LANE(f, x)  f(0, x), f(1, x), f(2, x), f(3, x), f(4, x), f(5, x), f(6, x), f(7, x)
#define EACH_DISTANCE(g) g(1) g(2) g(3) g(4) g(7)
#elif LANE_COUNT == 4
#define EACH_LANE(f, x)  f(0, x), f(1, x), f(2, x), f(3, x)
#define EACH_DISTANCE(g) g(1) g(2) g(3)
#else
#define EACH_LANE(f, x)  f(0, x), f(1, x)
#define EACH_DISTANCE(g) g(1)
#endif

/* Lane i of the result is lane i ^ distance of a: 1, 2, 4, 8 swap neighbours so far apart, 3, 7, 15 reverse groups. */
#define PARTNER(i, x) (i) ^ (x)
#define EXCHANGE(x)                                                                                                    \
    case x:                                                                                                            \
        return __builtin_shufflevector(a, a, EACH_LANE(PARTNER, x));
__attribute__((always_inline)) static inline ROW R(exchange)(ROW a, int distance)
{
    switch (distance) {
        EACH_DISTANCE(EXCHANGE)
    }
    return a;
}

/* Orders each lane i with lane i ^ distance, the smaller one first. */
#define IS_SECOND(i, x)  (((i) & (x) & ~((x) / 2)) != 0)
#define MIN_OR_MAX(i, x) (IS_SECOND(i, x) ? LANE_COUNT + (i) : (i))
#define ORDER_LANES(x)                                                                                                 \
    case x:                                                                                                            \
        return __builtin_shufflevector(R(min)(a, b), R(max)(a, b), EACH_LANE(MIN_OR_MAX, x));
__attribute__((always_inline)) static inline ROW R(order_lanes)(ROW a, int distance)
{
    ROW b = R(exchange)(a, distance);
#if NAME(V_HAS_order_by)
    unsigned second = 0;
    for (int i = 0; i < LANE_COUNT; i++)
        second |= (unsigned)IS_SECOND(i, distance) << i;
    return V(order_by)(a, b, second);
#else
    switch (distance) {
        EACH_DISTANCE(ORDER_LANES)
    }
    return a;
#endif
}

#undef LANE_COUNT
#undef EACH_LANE
#undef EACH_DISTANCE
#undef PARTNER
#undef EXCHANGE
#undef IS_SECOND
#undef MIN_OR_MAX
#undef ORDER_LANES

#endif
