/* The order of the keys as an order of integers; read once per dtype.
 *
 * Let b be the bits of a key as an unsigned integer. Its rank u, also unsigned, is its place among all values of
 * the dtype in ascending order. For integers u is b, with the sign bit flipped where there is one. For floating
 * point with INF the bits of +infinity and SIGN the sign bit, the order is
 *
 *     -infinity ... -0    b = SIGN + INF down to SIGN          u = SIGN + INF - b,  0 ... INF
 *     +0 ... +infinity    b = 0 ... INF                        u = b + INF + 1,     INF + 1 ... 2 INF + 1
 *     positive NaN        b = INF + 1 ... SIGN - 1             u = b + INF + 1,     2 INF + 2 ... SIGN + INF
 *     negative NaN        b = SIGN + INF + 1 ... all ones      u = b,               SIGN + INF + 1 ... all ones
 *
 * The ranges of u follow each other without a gap, so u is a permutation of the integers and has an inverse. The
 * last two rows are the NaNs, ascending by their bits.
 *
 * Descending, the numbers (u up to TOP, which is 2 INF + 1; for integers all values are numbers) are mirrored,
 * u -> TOP - u, and NaNs stay. This map is its own inverse.
 *
 * The code is u with the sign bit flipped, as a signed integer: before AVX-512 x86 compares only signed lanes. */

typedef U __attribute__((may_alias)) NAME(word); /* keys and codes, whatever type the memory was declared with */

#define SIGN ((U)1 << (T_BITS - 1))
#if T_SIGNIFICAND
#define INF (SIGN - ((U)1 << T_SIGNIFICAND))
#define TOP (2 * INF + 1)
#else
#define TOP ((U)-1)
#endif

#if T_SIGNIFICAND
/* Negative numbers in their order, -0 at -1, and back: without a branch, as signs are hard to foresee. */
static inline U NAME(turn)(U b)
{
    return b ^ (U)((S)b >> (T_BITS - 1)) >> 1;
}
#endif

static inline U NAME(rank)(U b)
{
#if T_SIGNIFICAND
    return b > SIGN + INF ? b : NAME(turn)(b) + (INF + 1);
#elif T_SIGNED
    return b ^ SIGN;
#else
    return b;
#endif
}

static inline U NAME(unrank)(U u)
{
#if T_SIGNIFICAND
    return u > SIGN + INF ? u : NAME(turn)(u - (INF + 1));
#else
    return NAME(rank)(u);
#endif
}

static inline U NAME(mirror)(U u, bool descending)
{
    return (U)(descending && u <= TOP ? TOP - u : u);
}

static inline U NAME(encode_one)(U b, bool descending)
{
    return (U)(NAME(mirror)(NAME(rank)(b), descending) ^ SIGN);
}

static inline U NAME(decode_one)(U code, bool descending)
{
    return NAME(unrank)(NAME(mirror)((U)(code ^ SIGN), descending));
}

static inline void NAME(encode)(NAME(word) * keys, size_t n, bool descending)
{
    if (descending) {
        for (size_t i = 0; i < n; i++)
            keys[i] = NAME(encode_one)(keys[i], true);
    } else {
        for (size_t i = 0; i < n; i++)
            keys[i] = NAME(encode_one)(keys[i], false);
    }
}

static inline void NAME(encode_to)(S *codes, const NAME(word) * keys, size_t n, bool descending)
{
    if (descending) {
        for (size_t i = 0; i < n; i++)
            codes[i] = (S)NAME(encode_one)(keys[i], true);
    } else {
        for (size_t i = 0; i < n; i++)
            codes[i] = (S)NAME(encode_one)(keys[i], false);
    }
}

static inline void NAME(decode)(NAME(word) * codes, size_t n, bool descending)
{
    if (descending) {
        for (size_t i = 0; i < n; i++)
            codes[i] = NAME(decode_one)(codes[i], true);
    } else {
        for (size_t i = 0; i < n; i++)
            codes[i] = NAME(decode_one)(codes[i], false);
    }
}

static inline void NAME(decode_to)(NAME(word) * keys, const S *codes, size_t n, bool descending)
{
    if (descending) {
        for (size_t i = 0; i < n; i++)
            keys[i] = NAME(decode_one)((U)codes[i], true);
    } else {
        for (size_t i = 0; i < n; i++)
            keys[i] = NAME(decode_one)((U)codes[i], false);
    }
}

#undef SIGN
#undef INF
#undef TOP
