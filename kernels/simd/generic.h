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
