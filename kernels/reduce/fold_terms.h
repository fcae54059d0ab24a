/* Blocks of terms, folded; read once per dtype by fold.h. */

/* What most blocks take: of sums, and of products. */
enum { NAME(SUM_LEVELS) = T_BITS == 32 ? WATCHED : 2, NAME(DOT_LEVELS) = T_BITS == 32 ? 2 : 3 };

/* What is summed: the elements of x, or their magnitudes, or their products with those of y unless it is NULL. */
struct NAME(terms) {
    const T *x, *y;
    bool magnitudes;
    uintptr_t ahead; /* bytes that memory is asked for before they are due */
};

INLINE struct NAME(terms) NAME(from)(struct NAME(terms) terms, size_t i)
{
    return (struct NAME(terms)){terms.x + i, terms.y ? terms.y + i : NULL, terms.magnitudes, terms.ahead};
}

/* Asks for what a later step reads; beyond the array that does no harm. */
INLINE void NAME(ask_for)(const T *x, uintptr_t ahead)
{
#pragma GCC unroll 8
    for (uintptr_t line = 0; line < STEP * sizeof *x; line += LINE)
        __builtin_prefetch((const void *)((uintptr_t)x + ahead + line));
}

/* A term, if a product then rounded. */
INLINE double NAME(term)(struct NAME(terms) terms, size_t i)
{
    double x = (double)terms.x[i];
    if (terms.y)
        return x * (double)terms.y[i];
    return terms.magnitudes ? fabs(x) : x;
}

/* As many elements as there are lanes of double. */
INLINE v_f64 NAME(load)(const T *p)
{
#if T_BITS == 32
    return v_widen_f32(p);
#else
    return v_load_f64(p);
#endif
}

/* Folds STEP terms. */
INLINE void NAME(step)(struct folds *folds, struct NAME(terms) terms, int levels)
{
    NAME(ask_for)(terms.x, terms.ahead);
    if (terms.y)
        NAME(ask_for)(terms.y, terms.ahead);
#if T_BITS == 32
    for (size_t i = 0; i < STEP && levels == WATCHED; i += LANES)
        evidence_watch(&folds->evidence, terms.x + i);
#endif
#pragma GCC unroll 4
    for (int c = 0; c < CHAINS; c++) {
        v_f64 a = NAME(load)(terms.x + c * WIDTH);
        if (!terms.y) {
            fold_down(folds, c, terms.magnitudes ? (v_f64)((v_u64)a << 1 >> 1) : a, 0, levels);
            continue;
        }
        v_f64 b = NAME(load)(terms.y + c * WIDTH);
#if T_BITS == 32
        fold_down(folds, c, a * b, 0, levels);
#else
        v_f64 p = evidence_multiply(&folds->evidence, a, b);
        fold_down(folds, c, p, 0, levels);
        fold_down(folds, c, v_fma_f64(a, b, -p), 1, levels);
#endif
    }
}

/* Whether every product that is near or below the smallest normal number is an exact zero. */
static bool NAME(zeros_are_exact)(struct NAME(terms) terms, size_t n)
{
    uint64_t lost = 0;
    for (size_t i = 0; i < n; i++) {
        double p = NAME(term)(terms, i);
        lost |= (uint64_t)((p < 0x1p-968) & (p > -0x1p-968) & (terms.x[i] != 0) & (terms.y[i] != 0));
    }
    return !lost;
}

/* Notes zeros by their sign, and anything else. */
static void NAME(note_zeros)(struct NAME(terms) terms, size_t n, struct pel_acc *acc)
{
    for (size_t i = 0; i < n && !(acc->flags & PEL_ACC_OTHER); i++)
        acc->flags |= pel_acc_flag(NAME(term)(terms, i));
}

/* A last step, made whole with zeros. */
static const T *NAME(pad)(T *step, const T *x, size_t n)
{
    memcpy(step, x, n * sizeof *x);
    memset(step + n, 0, (STEP - n) * sizeof *x);
    return step;
}

/* Adds a block if the anchors fit, else leaves the accumulator as it was. */
INLINE bool NAME(fold_block)(struct NAME(terms) terms, size_t n, int exponent, int levels, struct pel_acc *acc)
{
    struct folds folds;
    folds_start(&folds, exponent, levels);
    T x_rest[STEP], y_rest[STEP];
    struct NAME(terms) part = terms;
    size_t whole = n - n % STEP;
    for (size_t left = whole;; left = STEP) {
        for (size_t i = 0; i < left; i += STEP)
            NAME(step)(&folds, NAME(from)(part, i), levels);
        if (part.x == x_rest || whole == n)
            break;
        part.x = NAME(pad)(x_rest, terms.x + whole, n - whole);
        part.y = terms.y ? NAME(pad)(y_rest, terms.y + whole, n - whole) : NULL;
    }
    if (!folds_are_exact(&folds, exponent, levels) ||
        (evidence_doubts_products(&folds.evidence) && !NAME(zeros_are_exact)(terms, n)))
        return false;
    if (folds_deposit(&folds, exponent, levels, acc))
        acc->flags |= PEL_ACC_OTHER;
    else
        NAME(note_zeros)(terms, n, acc);
    return true;
}

/* The exponent of a first anchor that all terms of a block fit, with a bit to spare; above TOP: there is none. */
INLINE int NAME(measure)(struct NAME(terms) terms, size_t n)
{
    uint64_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        double term = NAME(term)(terms, i);
        uint64_t bits;
        memcpy(&bits, &term, sizeof bits);
        bits = bits << 1 >> 53;
        largest = bits > largest ? bits : largest;
    }
    int exponent = (int)largest - 1023 + 3 + __builtin_ctz(TERMS);
    return exponent < BOTTOM ? BOTTOM : exponent;
}

/* Adds a block term by term. */
INLINE void NAME(add_each)(struct NAME(terms) terms, size_t n, struct pel_acc *acc)
{
    pel_acc_reserve(acc, 2 * BLOCK);
    for (size_t i = 0; i < n; i++) {
        if (terms.y)
            pel_acc_add_product(acc, (double)terms.x[i], (double)terms.y[i]);
        else
            pel_acc_add(acc, NAME(term)(terms, i));
    }
}

/* Adds a block if the window fits; a case each makes the number of levels a constant. */
INLINE bool NAME(fits)(struct NAME(terms) terms, size_t n, const struct window *window, int levels, struct pel_acc *acc)
{
    if (window->exponent > TOP)
        return false;
    switch (window->more) {
    case 0:
        return NAME(fold_block)(terms, n, window->exponent, levels, acc);
    case 1:
        return NAME(fold_block)(terms, n, window->exponent, levels + 1, acc);
    case MOST:
        return NAME(fold_block)(terms, n, window->exponent, levels + MOST, acc);
    default:
        return levels == WATCHED && NAME(fold_block)(terms, n, window->exponent, MOST + 1, acc);
    }
}

INLINE void NAME(add_block)(struct NAME(terms) terms, size_t n, struct window *window, int levels, struct pel_acc *acc)
{
    for (bool measured = false; !NAME(fits)(terms, n, window, levels, acc); measured = true) {
        if (!measured) {
            window->exponent = NAME(measure)(terms, n);
        } else if (window->exponent <= TOP && window->more < (levels == WATCHED ? MOST + 1 : MOST)) {
            window->more++;
        } else {
            NAME(add_each)(terms, n, acc);
            return;
        }
    }
}
