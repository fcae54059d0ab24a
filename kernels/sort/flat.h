/* Codes of floats as fixed-point numbers in the order of the codes: what is spread about evenly over a span, as values
 * of measurements often are, is not as codes, of which every power of two has equally many. Read once per type of code,
 * after rows.h. */

#define SIGNIFICAND (T_BITS == 64 ? 52 : 23) /* bits */
#define ONE         ((U)1 << SIGNIFICAND)

/* +0 is 0 and -0 is -1: the magnitude of a negative number, complemented. See order.h. */
static inline T NAME(signed_rank)(T code)
{
    return (T)((U)code + (ONE - 1));
}

/* Whether that is so up to this code: only negative NaNs lie too far off. */
static inline bool NAME(has_rank)(T code)
{
    return code <= (T)(((U)1 << (T_BITS - 1)) - ONE);
}

/* The bits of the magnitude. */
static inline U NAME(magnitude)(T rank)
{
    return (U)(rank ^ (rank >> (T_BITS - 1)));
}

/* The exponent of the greatest magnitude between these two codes. */
static inline U NAME(top_exponent)(T low, T high)
{
    U a = NAME(magnitude)(NAME(signed_rank)(low)), b = NAME(magnitude)(NAME(signed_rank)(high));
    return (a > b ? a : b) >> SIGNIFICAND;
}

/* top: an exponent that no magnitude of these exceeds. */
static inline void NAME(flatten)(const NAME(code) * codes, size_t n, U top, NAME(code) * flat)
{
    for (size_t i = 0; i < n; i++) {
        T rank = NAME(signed_rank)(codes[i]);
        U magnitude = NAME(magnitude)(rank), shift = top - (magnitude >> SIGNIFICAND);
        shift = shift < T_BITS - 1 ? shift : T_BITS - 1;
        T fixed = (T)(((magnitude & (ONE - 1)) | ONE) >> shift);
        flat[i] = rank < 0 ? -fixed : fixed;
    }
}

#undef SIGNIFICAND
#undef ONE
