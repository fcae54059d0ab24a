/* One reading of PEL_SELF; see foreach_float.h. */
#define NAME__(x, suffix) x##_##suffix
#define NAME_(x, suffix)  NAME__(x, suffix)
#define NAME(x)           NAME_(x, T_SUFFIX)
#if T_BITS == 8
#define U uint8_t
#define S int8_t
#elif T_BITS == 16
#define U uint16_t
#define S int16_t
#elif T_BITS == 32
#define U uint32_t
#define S int32_t
#else
#define U uint64_t
#define S int64_t
#endif

#include PEL_SELF

#undef NAME__
#undef NAME_
#undef NAME
#undef U
#undef S
#undef T
#undef T_SUFFIX
#undef T_BITS
#undef T_SIGNIFICAND
#undef T_SIGNED
