/* Edges of bins; read once per dtype. Uniform ones are computed in double precision, as NumPy's linspace does it: the
 * i-th is i * step + low. Those of floats are rounded to floats; in place of an edge that is no integer integers use
 * the next one above, which divides them alike. */

#if T_SIGNIFICAND

/* Whether the edge exists in the type; *edge is the least element that is not below. */
static inline bool NAME(edge_of)(double exact, T *edge)
{
    *edge = (T)exact;
    return true;
}

/* The largest element up to `high`, if there is any. */
static inline bool NAME(last_of)(double high, T *last)
{
    const T most = (T)(T_BITS == 32 ? 0x1.fffffep127 : 0x1.fffffffffffffp1023);
    *last = (T)high;
    return *last >= -most && *last <= most;
}

#else

enum { NAME(VALUE_BITS) = T_BITS - T_SIGNED };

static inline T NAME(most)(void)
{
    return (T)((U)-1 >> T_SIGNED);
}

static inline T NAME(least)(void)
{
    return (T)(T_SIGNED ? (U)1 << (T_BITS - 1) : 0);
}

/* 2^VALUE_BITS is the first number that is too large. */
static inline bool NAME(edge_of)(double exact, T *edge)
{
    const double beyond = 2 * (double)((U)1 << (NAME(VALUE_BITS) - 1));
    if (exact >= beyond || exact > (double)NAME(most)())
        return false;
    *edge = exact <= (double)NAME(least)() ? NAME(least)() : (T)exact;
    if (exact > (double)NAME(least)() && (double)*edge < exact)
        *edge = (T)(*edge + 1);
    return true;
}

static inline bool NAME(last_of)(double high, T *last)
{
    if (high < (double)NAME(least)())
        return false;
    *last = high >= (double)NAME(most)() ? NAME(most)() : (T)high;
    if ((double)*last > high)
        *last = (T)(*last - 1);
    return true;
}

#endif

static inline double NAME(exact_edge)(double low, double span, size_t count, size_t i)
{
    double step = span / (double)count;
    return (step == 0 ? (double)i / (double)count * span : (double)i * step) + low;
}

static bool NAME(space)(double low, double high, size_t count, void *edges_, struct pel_bins *bins)
{
    T *edges = edges_, first;
    *bins = (struct pel_bins){.count = count, .edges = edges_};
    double span = high - low;
    if (!(low < high) || !(span <= 0x1.fffffffffffffp1023) || !NAME(edge_of)(low, &first) ||
        !NAME(last_of)(high, &bins->last.T_SUFFIX))
        return false;
#if T_SIGNIFICAND
    if (!NAME(last_of)(low, &first))
        return false;
#endif
    for (size_t i = 0; i < count && NAME(edge_of)(NAME(exact_edge)(low, span, count, i), &edges[i]); i++)
        bins->used = i + 1;
    bins->low.T_SUFFIX = edges[0];
    return true;
}

static bool NAME(take)(const void *edges_, size_t count, bool closed, struct pel_bins *bins)
{
    const T *edges = edges_;
    *bins = (struct pel_bins){.count = count, .used = count, .edges = edges, .low.T_SUFFIX = edges[0]};
    bool ascending = edges[0] <= edges[count + closed - 1];
    for (size_t i = 0; i + 1 < count + closed; i++)
        ascending &= edges[i] <= edges[i + 1];
#if T_SIGNIFICAND
    bins->last.T_SUFFIX = closed ? edges[count] : (T)__builtin_inf();
#else
    bins->last.T_SUFFIX = closed ? edges[count] : NAME(most)();
#endif
    return ascending;
}

/* The place of an element that is in no bin. */
static inline uint32_t NAME(place_outside)(T x, const struct pel_bins *bins)
{
    size_t why = x < bins->low.T_SUFFIX ? PEL_PLACE_BELOW : x >= bins->low.T_SUFFIX ? PEL_PLACE_ABOVE : PEL_PLACE_NAN;
    return (uint32_t)(bins->count + why);
}
